/** A JSON object of members whose values are JSON already, in the order given: no key, such as "1", moves to the front. */
export function jsonObject(members: readonly (readonly [name: string, json: string])[]): Buffer {
  return Buffer.from(`{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`)
}
