import { type JsonMember, jsonObject } from './json-text.ts'

/** An XML element that is being read. */
export class XmlElement {
  readonly name: string
  readonly #attributes: readonly (readonly [string, string])[]
  /** Values, as JSON, by the names of the children, in the order in which each first came. */
  readonly #children = new Map<string, string[]>()
  #text = ''

  constructor(name: string, attributes: Readonly<Record<string, string>>) {
    this.name = name
    this.#attributes = Object.entries(attributes)
  }

  addText(text: string): void {
    this.#text += text
  }

  addChild(name: string, json: string): void {
    const others = this.#children.get(name)
    if (others === undefined) this.#children.set(name, [json])
    else others.push(json)
  }

  /** As a child: its text alone where it has nothing else. */
  value(): string {
    return this.#attributes.length === 0 && this.#children.size === 0 ? JSON.stringify(this.#text) : this.object()
  }

  /** Attributes as `@name`, its text as `#text`, children by name, those of one name as a list. */
  object(): string {
    const members: JsonMember[] = this.#attributes.map(([name, value]) => [`@${name}`, JSON.stringify(value)])
    for (const [name, values] of this.#children) {
      members.push([name, values.length > 1 ? `[${values.join(',')}]` : values[0]!])
    }
    // Between children, spaces are only there for the eye.
    if (this.#text.trim() !== '' || (this.#children.size === 0 && this.#text !== '')) {
      members.push(['#text', JSON.stringify(this.#text)])
    }
    return jsonObject(members)
  }
}
