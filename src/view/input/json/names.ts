import { type ItemPath, each } from '../../../system/item-path.ts'

export type Steps = ItemPath['steps']

export function pathOf(steps: Steps): string {
  return JSON.stringify(steps.map((step) => (step === each ? null : step)))
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}

/** A key, as it stands between its quotes, as a text. */
export function keyOf(bytes: Uint8Array): string {
  const text = textOf(bytes)
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text
}

/**
 * An item with the keys that have led to it as members, as `itemsAt` has it. A name that the item has itself comes twice then, and
 * its own is the last one.
 *
 * @param names Such keys, by level, as they stand there.
 */
export function withNames(item: Uint8Array, steps: Steps, names: readonly string[]): Uint8Array {
  const members = steps.flatMap((step, level) =>
    typeof step === 'object' ? [`${JSON.stringify(step.field)}:"${names[level]!}"`] : [],
  )
  const text = textOf(item)
  if (!text.startsWith('{')) return Buffer.from(`{${members.join(',')},"value":${text}}`)
  const own = text.slice(1)
  const comma = own.trimStart() === '}' ? '' : ','
  return Buffer.from(`{${members.join(',')}${comma}${own}`)
}
