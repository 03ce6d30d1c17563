export type JsonMember = readonly [name: string, json: string]

/** A JSON object of values that are JSON already, in the order given: no key, such as "1", moves to the front. */
export function jsonObject(members: readonly JsonMember[]): string {
  return `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`
}
