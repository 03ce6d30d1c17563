import { type ContentLine, textValue } from './content-line.ts'
import { type JsonMember, jsonObject } from './json-text.ts'

/** A component of a calendar, or a vCard, that is being read. */
export class Component {
  readonly name: string
  readonly #properties = new Map<string, ContentLine[]>()
  /** As JSON, by name. */
  readonly #inner = new Map<string, string[]>()

  constructor(name: string) {
    this.name = name
  }

  add(line: ContentLine): void {
    const others = this.#properties.get(line.name)
    if (others === undefined) this.#properties.set(line.name, [line])
    else others.push(line)
  }

  addInner(name: string, json: string): void {
    this.#inner.set(name, [...(this.#inner.get(name) ?? []), json])
  }

  /**
   * Properties by name, parameters as `NAME;PARAMETER`, so that a value is the same with and without them. A property that comes
   * more than once is a list, and its parameters are lists of the same length, with null where one is missing. Components inside
   * are always lists. `id` is the UID, and that of one time of a series has its RECURRENCE-ID behind it: they share the UID (RFC 5545,
   * section 3.8.4.4).
   */
  object(): string {
    const members: JsonMember[] = [['component', JSON.stringify(this.name)]]
    const [uid, recurrence] = ['UID', 'RECURRENCE-ID'].map((name) => this.#properties.get(name)?.[0]?.value)
    if (uid !== undefined) members.push(['id', JSON.stringify(recurrence === undefined ? uid : `${uid}/${recurrence}`)])
    for (const [name, lines] of this.#properties) {
      members.push([name, listed(lines.map(textValue))])
      for (const parameter of new Set(lines.flatMap(({ parameters }) => parameters.map(([of]) => of)))) {
        members.push([`${name};${parameter}`, listed(lines.map((line) => parameterOf(line, parameter)))])
      }
    }
    for (const [name, inner] of this.#inner) members.push([name, `[${inner.join(',')}]`])
    return jsonObject(members)
  }
}

function listed(values: readonly (string | null)[]): string {
  return JSON.stringify(values.length === 1 ? values[0] : values)
}

/** In a vCard a parameter may come twice: `TEL;TYPE=home;TYPE=voice`. */
function parameterOf({ parameters }: ContentLine, name: string): string | null {
  const values = parameters.filter(([of]) => of === name).map(([, value]) => value)
  return values.length === 0 ? null : values.join(',')
}
