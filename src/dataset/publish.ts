import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { readSecret } from '../config/secrets.ts'
import { UnsiloError, expectUnsiloError } from '../errors.ts'
import type { PublishedEvent } from '../ledger/entry.ts'
import { appendToLedger } from '../ledger/ledger.ts'
import type { HashedFile } from '../parcel/hash-list.ts'
import type { ParcelId } from '../parcel/id.ts'
import type { SecretReference } from '../system/schema.ts'
import { openTarget } from '../target/all.ts'
import type { Target } from '../target/target.ts'
import {
  type Acknowledgements,
  type PublishableParcel,
  acknowledge,
  acknowledgements,
  unpublishedParcels,
} from './acknowledgements.ts'
import { type DatasetAtTarget, changedCopies, checkPresence, findCopies, placeOf } from './copies.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import type { History } from './history.ts'
import { contentsOf, hashOf, sealedBytes } from './parcel-contents.ts'

export interface NamedTarget {
  name: string
  open(): Promise<Target>
}

/** The targets of a dataset; none is opened before it is used. */
export function targetsOf(dataset: Dataset, context: Context): NamedTarget[] {
  const { system } = context
  return dataset.targets.map(({ name, config, root }) => {
    const read = (key: string, reference: SecretReference): Promise<string> =>
      readSecret(system.files, key, reference, root)
    return { name, open: () => openTarget(name, config, { ...system, root, readSecret: read }) }
  })
}

/** What each target lacks, newest first; one that lacks nothing is left out. */
export type PublishPlan = { target: string; parcels: ParcelId[] }[]

export function planPublish(dataset: Dataset, history: History): PublishPlan {
  if (dataset.targets.length === 0) return []
  const known = acknowledgements(history)
  return dataset.targets
    .map(({ name }) => ({ target: name, parcels: unpublishedParcels(history, known, name).map(({ id }) => id) }))
    .filter(({ parcels }) => parcels.length > 0)
}

export interface Publication {
  published: PublishedEvent[]
  problems: Problem[]
}

/**
 * Copies every good parcel to the targets that do not have it, newest first, reads each copy back, and says in the ledger
 * what has arrived. The caller holds the lock. A target that fails stops neither the others nor anything else: what it
 * lacks is copied by the next run.
 */
export async function publishParcels(
  dataset: Dataset,
  context: Context,
  history: History,
  targets: readonly NamedTarget[],
): Promise<Publication> {
  const published: PublishedEvent[] = []
  const problems: Problem[] = []
  const known = acknowledgements(history)
  const failures: { name: string; error: UnsiloError }[] = []
  for (const { name, open } of targets) {
    try {
      const target = await open()
      try {
        await publishTo({ dataset, context, history, known, name, target, published, problems })
      } finally {
        await target.close()
      }
    } catch (error) {
      failures.push({ name, error: expectUnsiloError(error) })
    }
    if (context.signal.aborted) break
  }
  // Only now is it known what the others have got.
  const names = targets.map(({ name }) => name)
  problems.push(...failures.map(({ name, error }) => failureProblem(name, error, history, known, names)))
  return { published, problems }
}

/** A target that fails is an error, unless another one has what it lacks. */
function failureProblem(
  name: string,
  error: UnsiloError,
  history: History,
  known: Acknowledgements,
  names: readonly string[],
): Problem {
  const { code, message, hint } = error
  if (code === 'cancelled') return { severity: 'error', code, message, hint }
  const lacking = unpublishedParcels(history, known, name)
  const isSafe = lacking.every(({ id }) => names.some((other) => known.get(id)?.has(other) === true))
  const count = lacking.length === 1 ? '1 parcel is' : `${lacking.length} parcels are`
  return {
    severity: isSafe ? 'warning' : 'error',
    code,
    message: `target ${name}: ${message}${lacking.length === 0 ? '' : `; ${count} not there yet`}`,
    hint,
  }
}

/** One target, at work for one dataset. */
interface Work extends DatasetAtTarget, Publication {}

async function publishTo(work: Work): Promise<void> {
  const { dataset, context, history, known, name } = work
  const lacking = unpublishedParcels(history, known, name)
  const copies = await findCopies(work, new Set(lacking.map(({ stored }) => stored.name)))
  checkPresence(work, copies)
  work.problems.push(...changedCopies(work, copies))
  for (const parcel of lacking) {
    checkInterrupt(context)
    context.onProgress?.({ dataset: dataset.name, step: 'publishing', note: `${parcel.id} to ${name}` })
    try {
      const event = await publishParcel(work, parcel, copies.get(parcel.stored.name)?.sizes)
      const at = context.system.clock.now()
      await appendToLedger(context.system.files, dataset.layout.ledger, at, event)
      acknowledge(known, { at: at.toISOString(), ...event })
      work.published.push(event)
    } catch (error) {
      const { code, message, hint } = expectUnsiloError(error)
      // These are about this one parcel; with anything else, the next would fail as well.
      if (code !== 'corrupt' && code !== 'clash' && code !== 'usage') throw error
      work.problems.push({ severity: 'error', code, message: `target ${name}: ${message}`, hint })
    }
  }
  checkInterrupt(context)
  for (const path of [dataset.layout.config, dataset.layout.metrics]) await copyRecord(work, path)
}

/** @param sizes What is there of it, as of a run that was broken off. */
async function publishParcel(
  work: Work,
  parcel: PublishableParcel,
  sizes: ReadonlyMap<string, number> | undefined,
): Promise<PublishedEvent> {
  const { dataset, context, target, name } = work
  const { files } = context.system
  const contents = await contentsOf(dataset, context, parcel)
  const unread: HashedFile[] = []
  let bytes = 0
  for (const { path, sha256 } of contents.files) {
    const from = join(dataset.layout.data, path)
    const to = placeOf(work, `data/${path}`)
    const size = sizes?.get(to)
    if (size !== undefined && size === files.info(from)?.sizeBytes) {
      const there = await readBack(work, to)
      bytes += there.sha256 === sha256 ? there.bytes : 0
      if (there.sha256 === sha256) continue
    }
    const open = (): Readable => Readable.from(sealedBytes(files, from, sha256), { objectMode: false })
    await target.put(to, open, context.signal)
    unread.push({ path: to, sha256 })
  }
  for (const file of unread) bytes += await checkCopy(work, file)
  if (contents.hashList !== undefined)
    await putText(work, placeOf(work, `log/${parcel.id}.sha256`), Buffer.from(contents.hashList))
  return {
    event: 'published',
    parcel: parcel.id,
    target: name,
    files: contents.files.length,
    bytes,
    sha256: contents.sha256,
    how: 'read back',
  }
}

/** Copies a small file of the dataset as it is now, if the target has it otherwise or not at all. */
async function copyRecord(work: Work, path: string): Promise<void> {
  const { files } = work.context.system
  if (files.info(path) === undefined) return
  const chunks: Uint8Array[] = []
  for await (const chunk of files.read(path)) chunks.push(chunk)
  const content = Buffer.concat(chunks)
  const to = placeOf(work, basename(path))
  const there = await readBack(work, to).catch((error: unknown) => {
    if (expectUnsiloError(error).code === 'not-found') return undefined
    throw error
  })
  if (there?.sha256 !== hashOf(content)) await putText(work, to, content)
}

async function putText(work: Work, path: string, content: Buffer): Promise<void> {
  const open = (): Readable => Readable.from([content], { objectMode: false })
  await work.target.put(path, open, work.context.signal)
  await checkCopy(work, { path, sha256: hashOf(content) })
}

/** @returns Bytes of the copy. @throws UnsiloError `corrupt` */
async function checkCopy(work: Work, { path, sha256 }: HashedFile): Promise<number> {
  const there = await readBack(work, path)
  if (there.sha256 === sha256) return there.bytes
  throw new UnsiloError('corrupt', `${path} was read back and is not what was written there`, {
    hint: 'Check that disk or service; the next run copies it again.',
  })
}

async function readBack({ target, context }: Work, path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of await target.get(path, context.signal)) {
    hash.update(chunk as Uint8Array)
    bytes += (chunk as Uint8Array).length
  }
  return { bytes, sha256: hash.digest('hex') }
}

function checkInterrupt({ signal }: Context): void {
  if (signal.aborted) throw new UnsiloError('cancelled', 'interrupted')
}
