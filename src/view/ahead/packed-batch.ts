import type { BadItem, Found, FoundItem, FoundRun } from '../item.ts'

/** What was found, in a form that is quickly moved from one thread to another. */
export interface PackedBatch {
  /** Of the items, one behind the other. */
  bytes: Uint8Array<ArrayBuffer>
  /** Of each: what it is, three numbers, and in `files` and `parents` which it has. */
  rows: Int32Array<ArrayBuffer>
  files: string[]
  parents: (readonly string[])[]
  bad: BadItem[]
}

const kinds = { item: 0, textItem: 1, run: 2, textRun: 3, bad: 4 }
const width = 6
const none = -1

export function packBatch(batch: readonly Found[]): PackedBatch {
  const sizeBytes = batch.reduce((sum, found) => sum + ('json' in found ? found.json.length : 0), 0)
  const packed: PackedBatch = {
    bytes: new Uint8Array(sizeBytes),
    rows: new Int32Array(batch.length * width),
    files: [],
    parents: [],
    bad: [],
  }
  const { bytes, rows, bad } = packed
  let at = 0
  for (const [index, found] of batch.entries()) {
    const row = index * width
    if ('problem' in found) {
      rows.set([kinds.bad, bad.push(found) - 1], row)
      continue
    }
    const { file, parents, isText } = found
    const owner = [placeOf(packed.files, file), parents === undefined ? none : placeOf(packed.parents, parents)]
    if ('count' in found) {
      rows.set([isText ? kinds.textRun : kinds.run, found.first, found.count, found.place, ...owner], row)
    } else {
      const { json, place = none } = found
      rows.set([isText ? kinds.textItem : kinds.item, at, json.length, place, ...owner], row)
      bytes.set(json, at)
      at += json.length
    }
  }
  return packed
}

/** Items are parts of its bytes. */
export function unpackBatch({ bytes, rows, files, parents, bad }: PackedBatch): Found[] {
  const batch: Found[] = []
  for (let row = 0; row < rows.length; row += width) {
    const [kind, a, b, place] = [rows[row]!, rows[row + 1]!, rows[row + 2]!, rows[row + 3]!]
    if (kind === kinds.bad) {
      batch.push(bad[a]!)
      continue
    }
    const found: FoundItem | FoundRun =
      kind === kinds.run || kind === kinds.textRun
        ? { first: a, count: b, place, file: files[rows[row + 4]!]! }
        : { json: bytes.subarray(a, a + b), file: files[rows[row + 4]!]!, place }
    if (kind === kinds.textItem || kind === kinds.textRun) found.isText = true
    const owner = rows[row + 5]!
    if (owner !== none) found.parents = parents[owner]!
    batch.push(found)
  }
  return batch
}

/** Where a value stands in a list; it is added unless it is the last one. */
function placeOf<Value>(list: Value[], value: Value): number {
  return list.at(-1) === value ? list.length - 1 : list.push(value) - 1
}
