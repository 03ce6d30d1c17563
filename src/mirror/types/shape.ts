/** Which types the values at one place in items have had so far. The same values in any order give the same shape. */
export class Shape {
  /** Names of types: `null`, `boolean`, `number`, `bigint`, `string`. */
  readonly plain = new Set<string>()
  /** Of the elements of lists; `undefined`: there was no list. */
  elements: Shape | undefined
  fields: Fields | undefined

  /** @param depth How deep inside the item the value is. */
  add(value: unknown, depth = 0): void {
    if (typeof value !== 'object' || value === null) this.plain.add(value === null ? 'null' : typeof value)
    else if (Array.isArray(value)) {
      this.elements ??= new Shape()
      if (depth < deepest) for (const element of value) this.elements.add(element, depth + 1)
      else this.elements.isAny = true
    } else {
      this.fields ??= new Fields()
      this.fields.add(value as Record<string, unknown>, depth)
    }
  }

  /** Too deep to be looked at. */
  isAny = false

  /** Takes in what another one has seen. */
  merge(other: Shape): void {
    for (const type of other.plain) this.plain.add(type)
    this.isAny ||= other.isAny
    if (other.elements !== undefined) (this.elements ??= new Shape()).merge(other.elements)
    if (other.fields !== undefined) (this.fields ??= new Fields()).merge(other.fields)
  }
}

/** Lists and objects below are of unknown types: trees of comments would make types without end. */
const deepest = 12
/** An object with more different names than this has keys for names, as days or ids. */
const mostNames = 200

/** What the objects at one place have been: with names of their own, or maps whose names are data. */
export class Fields {
  objects = 0
  /** By name, with the number of objects that had it; `undefined` for a map. */
  named: Map<string, { shape: Shape; count: number }> | undefined = new Map()
  /** Of all values of a map. */
  values = new Shape()

  add(object: Record<string, unknown>, depth: number): void {
    this.objects++
    for (const [name, value] of Object.entries(object)) {
      const shape = this.#at(name, 1)
      if (depth < deepest) shape.add(value, depth + 1)
      else shape.isAny = true
    }
  }

  merge(other: Fields): void {
    this.objects += other.objects
    if (other.named === undefined) this.#becomeMap()
    for (const [name, { shape, count }] of other.named ?? []) this.#at(name, count).merge(shape)
    this.values.merge(other.values)
  }

  #at(name: string, count: number): Shape {
    if (this.named === undefined) return this.values
    const field = this.named.get(name)
    if (field !== undefined) {
      field.count += count
      return field.shape
    }
    if (this.named.size === mostNames) {
      this.#becomeMap()
      return this.values
    }
    const shape = new Shape()
    this.named.set(name, { shape, count })
    return shape
  }

  #becomeMap(): void {
    for (const { shape } of this.named?.values() ?? []) this.values.merge(shape)
    this.named = undefined
  }
}
