/**
 * Shapes of JSON in the notation of docs/json.md, a small part of TypeScript: interfaces with `?` fields, literals, `null`,
 * unions, lists, `Record<string, T>`, `unknown`, and an index signature for fields that are not named.
 */
export type Shapes = ReadonlyMap<string, Shape>

type Shape =
  | { kind: 'string' | 'number' | 'boolean' | 'unknown' }
  | { kind: 'literal'; value: unknown }
  | { kind: 'name'; name: string }
  | { kind: 'list' | 'record'; of: Shape }
  | { kind: 'union'; options: Shape[] }
  | { kind: 'table'; fields: Map<string, { shape: Shape; isOptional: boolean }>; isOpen: boolean }

export function readShapes(text: string): Shapes {
  const plain = text.replaceAll(/\/\*\*[^]*?\*\//g, '').replaceAll(/\/\/.*/g, '')
  const tokens = plain.match(/'[^']*'|\w+|\[\]|[^\s\w]/g) ?? []
  const shapes = new Map<string, Shape>()
  let at = 0
  const next = (): string => tokens[at++] ?? ''
  const expect = (token: string): void => {
    const found = next()
    if (found !== token) throw new Error(`"${token}" is expected before "${tokens.slice(at - 1, at + 5).join(' ')}"`)
  }
  const readUnion = (): Shape => {
    const options = [readListed()]
    while (tokens[at] === '|') {
      at++
      options.push(readListed())
    }
    return options.length === 1 ? options[0]! : { kind: 'union', options }
  }
  const readListed = (): Shape => {
    let shape = readOne()
    while (tokens[at] === '[]') {
      at++
      shape = { kind: 'list', of: shape }
    }
    return shape
  }
  const readOne = (): Shape => {
    const token = next()
    if (token === '{') return readTable()
    if (token.startsWith("'")) return { kind: 'literal', value: token.slice(1, -1) }
    if (token === 'null') return { kind: 'literal', value: null }
    if (token === 'true' || token === 'false') return { kind: 'literal', value: token === 'true' }
    if (token === 'Record') {
      ;['<', 'string', ','].forEach(expect)
      const of = readUnion()
      expect('>')
      return { kind: 'record', of }
    }
    if (token === 'string' || token === 'number' || token === 'boolean' || token === 'unknown') return { kind: token }
    return { kind: 'name', name: token }
  }
  const readTable = (): Shape => {
    const fields = new Map<string, { shape: Shape; isOptional: boolean }>()
    let isOpen = false
    while (tokens[at] !== '}') {
      const name = next()
      if (name === ';') continue
      if (name === '[') {
        ;[next(), next(), next(), next(), next(), next()].join('')
        isOpen = true
        continue
      }
      const isOptional = tokens[at] === '?'
      if (isOptional) at++
      expect(':')
      fields.set(name, { shape: readUnion(), isOptional })
    }
    at++
    return { kind: 'table', fields, isOpen }
  }
  while (at < tokens.length) {
    expect('interface')
    const name = next()
    expect('{')
    shapes.set(name, readTable())
  }
  return shapes
}

/** What of `value` is not as the shape says, one line each with its place; none when it is that shape. */
export function misfits(value: unknown, name: string, shapes: Shapes): string[] {
  const shape = shapes.get(name)
  return shape === undefined ? [`there is no shape ${name}`] : misfitsOf(value, shape, shapes, '')
}

function misfitsOf(value: unknown, shape: Shape, shapes: Shapes, place: string): string[] {
  const wrong = [`${place || 'it'}: ${JSON.stringify(value)} is no ${shape.kind}`]
  switch (shape.kind) {
    case 'unknown':
      return []
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === shape.kind ? [] : wrong
    case 'literal':
      return value === shape.value ? [] : wrong
    case 'name': {
      const named = shapes.get(shape.name)
      return named === undefined ? [`there is no shape ${shape.name}`] : misfitsOf(value, named, shapes, place)
    }
    case 'list':
      return Array.isArray(value)
        ? value.flatMap((item, index) => misfitsOf(item, shape.of, shapes, `${place}[${index}]`))
        : wrong
    case 'union': {
      const tries = shape.options.map((option) => misfitsOf(value, option, shapes, place))
      return tries.some((found) => found.length === 0) ? [] : tries.toSorted((a, b) => a.length - b.length)[0]!
    }
    case 'record':
      return isTable(value)
        ? Object.entries(value).flatMap(([key, item]) => misfitsOf(item, shape.of, shapes, `${place}.${key}`))
        : wrong
    case 'table': {
      if (!isTable(value)) return wrong
      const unknown = shape.isOpen ? [] : Object.keys(value).filter((key) => !shape.fields.has(key))
      const missing = [...shape.fields].filter(([key, { isOptional }]) => !isOptional && !(key in value))
      return [
        ...unknown.map((key) => `${place}.${key} is not documented`),
        ...missing.map(([key]) => `${place}.${key} is missing`),
        ...[...shape.fields].flatMap(([key, field]) =>
          key in value ? misfitsOf(value[key], field.shape, shapes, `${place}.${key}`) : [],
        ),
      ]
    }
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
