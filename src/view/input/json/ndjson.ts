import type { Bytes } from '../../../codec/codec.ts'
import type { ItemPath } from '../../../system/item-path.ts'
import type { Found } from '../../item.ts'
import { type Line, linesOf } from '../lines.ts'
import { ItemScanner } from './item-scanner.ts'
import { type JsonOptions, stepsOf } from './json.ts'
import { type Misfit, nothingAt } from './nothing-at.ts'

/** One document a line; without paths each is an item. A line in which anything is damaged gives no items. */
export async function* readNdjson(bytes: Bytes, options: JsonOptions): AsyncGenerator<Found[]> {
  for await (const lines of linesOf(bytes)) {
    const found: Found[] = []
    for (const line of lines) if (!isBlank(line.bytes)) found.push(...itemsIn(line, options))
    yield found
  }
}

function itemsIn(line: Line, { paths, file, known }: JsonOptions): Found[] {
  if (line.problem !== undefined) return [{ problem: line.problem, file, path: `line ${line.number}` }]
  let isNull = false
  let misfit: Misfit | undefined
  const noted = known?.found.size ?? 0
  for (const steps of paths?.map(stepsOf) ?? [[]]) {
    const scanner = new ItemScanner({ steps, file, known, offset: line.offset })
    scanner.write(line.bytes)
    scanner.end()
    const found = scanner.found.take()
    const bad = found.find((one) => 'problem' in one)
    if (bad !== undefined) {
      known?.forgetFrom(noted)
      return [{ ...bad, path: `line ${line.number}` }]
    }
    if (scanner.found.status === 'items') return found
    isNull ||= scanner.found.status === 'null'
    misfit ??= scanner.found.misfit
  }
  return isNull ? [] : [{ ...nothingAt(paths as readonly ItemPath[], file, misfit), path: `line ${line.number}` }]
}

/** Nothing, spaces, or a byte order mark alone. */
function isBlank(bytes: Uint8Array): boolean {
  return bytes.length < 64 && Buffer.from(bytes).toString('utf8').trim() === ''
}
