import { UnsiloError } from '../../errors.ts'
import type { ParcelId } from '../../parcel/id.ts'
import { mapPool } from '../../system/pool.ts'
import { countBytes } from '../../target/look.ts'
import { type Acknowledgement, copiesAt } from '../acknowledgements.ts'
import type { Problem } from '../dataset.ts'
import type { Work } from './work.ts'

/** What a target has of a parcel. */
interface Copy {
  files: number
  bytes: number
}

/**
 * Looks whether copies that were acknowledged are there, by their sizes: all of them where that costs little, else the newest one;
 * `verify` looks at all, and inside of them.
 *
 * A mount point without its disk is an empty folder, too. Copying everything there would fill the wrong disk.
 *
 * @throws UnsiloError `not-found` when nothing of what the target has acknowledged is there
 */
export async function lookForCopies(work: Work): Promise<Problem[]> {
  const acknowledged = copiesAt(work.known, work.name)
  if (acknowledged.length === 0) return []
  const looked = work.target.kind === 'folder' ? acknowledged : acknowledged.slice(-1)
  const found = await lookAtAll(work, looked)
  if (found.size === 0) throw nothingThere(work, acknowledged.length)
  return changedCopies(work, looked, found)
}

/** Of the copies that were acknowledged, those that are not there at all any more. */
export async function goneCopies(work: Work): Promise<Acknowledgement[]> {
  const acknowledged = copiesAt(work.known, work.name)
  const found = await lookAtAll(work, acknowledged)
  return acknowledged.filter(({ parcel, files }) => files > 0 && !found.has(parcel))
}

async function lookAtAll(work: Work, copies: readonly Acknowledgement[]): Promise<Map<ParcelId, Copy>> {
  const found = new Map<ParcelId, Copy>()
  await mapPool(copies, work.target.parallel, async (one) => {
    const copy = await lookAt(work, one)
    if (copy !== undefined) found.set(one.parcel, copy)
  })
  return found
}

async function lookAt(work: Work, { path, bytes: plainBytes, stored }: Acknowledgement): Promise<Copy | undefined> {
  const { target, context } = work
  const copy = { files: 0, bytes: 0 }
  for await (const { sizeBytes } of target.list(path, context.signal)) {
    copy.files += 1
    copy.bytes += sizeBytes
  }
  if (copy.files > 0) return copy
  const bytes = await sizeOfFile(work, path, stored?.bytes ?? plainBytes)
  return bytes === undefined ? undefined : { files: 1, bytes }
}

/** A file's size, from its end; of one that is not as expected all is read. `undefined` when there is none. */
async function sizeOfFile({ target, context }: Work, path: string, expected: number): Promise<number | undefined> {
  const from = Math.max(0, expected - 1)
  const atEnd = await countBytes(target, path, context.signal, { from, bytes: 2 })
  if (atEnd === undefined) return undefined
  if (from + atEnd === expected) return expected
  return countBytes(target, path, context.signal)
}

export function nothingThere({ dataset }: Pick<Work, 'dataset'>, count: number): UnsiloError {
  const parcels = count === 1 ? 'a parcel' : `${count} parcels`
  return new UnsiloError('not-found', `nothing of ${dataset.name} is there any more, and it had ${parcels}`, {
    hint: `Check that its disk is mounted. If it is all lost: \`unsilo publish ${dataset.name} --backfill\` copies it there again.`,
  })
}

/** How many changed copies are named; the others are counted. */
const namedCopies = 5

/**
 * Copies that are not as they were: an alarm, and nothing that unsilo mends by itself. What somebody has added to a folder does
 * no harm.
 */
function changedCopies(work: Work, looked: readonly Acknowledgement[], found: ReadonlyMap<string, Copy>): Problem[] {
  const changed = looked.toReversed().flatMap((one) => {
    const then = { files: one.files, bytes: one.stored?.bytes ?? one.bytes }
    if (then.files === 0) return []
    const now = found.get(one.parcel)
    const { path } = one
    if (now === undefined) return [`${path} is gone`]
    const isAsMany = now.files === then.files && now.bytes === then.bytes
    if (isAsMany || (now.files > then.files && now.bytes >= then.bytes)) return []
    return [`${path} has ${sayContents(now)}, and had ${sayContents(then)}`]
  })
  if (changed.length === 0) return []
  const more = changed.length > namedCopies ? `; and ${changed.length - namedCopies} more` : ''
  const named = changed.slice(0, namedCopies).join('; ')
  return [
    {
      severity: 'error',
      code: 'corrupt',
      message: `target ${work.name}: copies are not what they were when they were published: ${named}${more}`,
      hint: `Find out why; then put the right ones there, from ${work.dataset.layout.data}.`,
    },
  ]
}

function sayContents({ files, bytes }: Copy): string {
  return files === 1 ? `${bytes} bytes` : `${bytes} bytes in ${files} files`
}
