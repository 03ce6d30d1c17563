import { basename } from 'node:path'
import { UnsiloError } from '../errors.ts'
import type { Target } from '../target/target.ts'
import { type Acknowledgements, publishableParcels } from './acknowledgements.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import type { History } from './history.ts'

/** A dataset, a target, and what the ledger says that is there. */
export interface DatasetAtTarget {
  dataset: Dataset
  context: Context
  history: History
  known: Acknowledgements
  /** Of the target, in `unsilo.toml`. */
  name: string
  target: Target
}

/** Where a file of the dataset is at a target. */
export function placeOf({ dataset }: DatasetAtTarget, path: string): string {
  return `${basename(dataset.layout.folder)}/${path}`
}

/** What a target has of a parcel. */
export interface Copy {
  files: number
  bytes: number
  /** Of each file, by its path at the target; only where that is asked for. */
  sizes: Map<string, number> | undefined
}

/** @param wanted Names of parcels whose single files are asked for. */
export async function findCopies(at: DatasetAtTarget, wanted: ReadonlySet<string>): Promise<Map<string, Copy>> {
  const copies = new Map<string, Copy>()
  const prefix = placeOf(at, 'data')
  for await (const { path, sizeBytes } of at.target.list(prefix, at.context.signal)) {
    const name = path.slice(prefix.length + 1).split('/', 1)[0]!
    const copy = copies.get(name) ?? { files: 0, bytes: 0, sizes: wanted.has(name) ? new Map() : undefined }
    copies.set(name, copy)
    copy.files += 1
    copy.bytes += sizeBytes
    copy.sizes?.set(path, sizeBytes)
  }
  return copies
}

/**
 * A mount point without its disk is an empty folder, too. Copying everything there would fill the wrong disk.
 * @throws UnsiloError `not-found` when nothing of what the target has acknowledged is there
 */
export function checkPresence({ dataset, known, name }: DatasetAtTarget, copies: ReadonlyMap<string, Copy>): void {
  const count = [...known.values()].filter((targets) => targets.has(name)).length
  if (count === 0 || copies.size > 0) return
  const parcels = count === 1 ? 'a parcel' : `${count} parcels`
  throw new UnsiloError('not-found', `nothing of ${dataset.name} is there any more, and it had ${parcels}`, {
    hint: 'Check that its disk is mounted. A new, empty place needs a new name in unsilo.toml and in `publish`.',
    retryable: true,
  })
}

/** How many changed copies are named; the others are counted. */
const namedCopies = 5

/**
 * Copies that were acknowledged and are not as they were: an alarm, and nothing that unsilo mends by itself. Only numbers and
 * sizes are looked at; what somebody has added to a folder does no harm.
 */
export function changedCopies(at: DatasetAtTarget, copies: ReadonlyMap<string, Copy>): Problem[] {
  const changed = publishableParcels(at.history).flatMap(({ id, stored }) => {
    const then = at.known.get(id)?.get(at.name)
    if (then === undefined || then.files === 0) return []
    const now = copies.get(stored.name)
    const path = placeOf(at, `data/${stored.name}`)
    if (now === undefined) return [`${path} is gone`]
    if (now.files === then.files ? now.bytes === then.bytes : now.files > then.files && now.bytes >= then.bytes)
      return []
    return [`${path} has ${sayContents(now)}, and had ${sayContents(then)}`]
  })
  if (changed.length === 0) return []
  const more = changed.length > namedCopies ? `; and ${changed.length - namedCopies} more` : ''
  const named = changed.slice(0, namedCopies).join('; ')
  return [
    {
      severity: 'error',
      code: 'corrupt',
      message: `target ${at.name}: copies are not what they were when they were published: ${named}${more}`,
      hint: `Find out why; then put the right ones there, from ${at.dataset.layout.data}.`,
    },
  ]
}

function sayContents({ files, bytes }: { files: number; bytes: number }): string {
  return files === 1 ? `${bytes} bytes` : `${bytes} bytes in ${files} files`
}
