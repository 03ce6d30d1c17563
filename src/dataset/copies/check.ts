import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { UnsiloError } from '../../errors.ts'
import type { PublishedEvent } from '../../ledger/event.ts'
import type { HashedFile } from '../../parcel/hash-list.ts'
import { hashFile } from '../../parcel/verify.ts'
import { mapPool } from '../../system/pool.ts'
import { sizesBelow } from '../../target/look.ts'
import { notSealed } from '../parcel-contents.ts'
import { isCheckedInFull } from './check-kind.ts'
import type { StoredFile } from './upload.ts'
import { type Work, checkInterrupt } from './work.ts'

/** Files of which every byte is read back, of a sample: of those that are stored, this share, and at least so many. */
const sampled = { share: 0.05, least: 3 }
/** Larger files are sampled at their beginning, at their end, and at two places between. */
const wholeBytes = 1024 * 1024
const pieceBytes = 128 * 1024

/**
 * Checks what has been put at a target, as far as the place has not compared hashes itself.
 *
 * @param folder Where the parcel is there; `undefined` when it is one file.
 * @returns How that was done.
 * @throws UnsiloError `corrupt` when something there is not what was put
 */
export async function checkStored(
  work: Work,
  stored: readonly StoredFile[],
  folder: string | undefined,
): Promise<PublishedEvent['how']> {
  const { target, context } = work
  if (stored.length > 0 && stored.every(({ arrival }) => arrival === 'hashed')) return 'hash'
  const isFull = isCheckedInFull(work)
  const whole = stored.filter(({ arrival }) => arrival !== 'hashed' && (isFull || arrival !== 'sent'))
  await mapPool(whole, target.parallel, (file) => checkAgainstSeal(work, file))
  const others = stored.filter(({ arrival }) => arrival === 'sent' && !isFull)
  if (others.length === 0) return 'read back'
  if (folder !== undefined) await checkSizes(work, others, folder)
  const count = Math.max(sampled.least, Math.ceil(others.length * sampled.share))
  await mapPool(chosen(others, count, context.system.random), target.parallel, (file) => checkSample(work, file))
  return 'sample'
}

/** Where a copy is wrong, the file here may be what is damaged: a target may have read it by itself. */
async function checkAgainstSeal(work: Work, file: StoredFile): Promise<void> {
  const { dataset, context, encryption } = work
  try {
    await checkWhole(work, file)
  } catch (error) {
    const from = join(dataset.layout.data, file.source)
    const isPlain = encryption === undefined
    if (isPlain && (await hashFile(context.system.files, from, context.signal)) !== file.sha256) throw notSealed(from)
    throw error
  }
}

/** @returns Bytes there. @throws UnsiloError `corrupt` */
export async function checkWhole(work: Pick<Work, 'target' | 'context'>, file: HashedFile): Promise<number> {
  const there = await readBack(work, file.path)
  if (there.sha256 === file.sha256) return there.bytes
  throw notWritten(file.path)
}

export async function readBack(
  { target, context }: Pick<Work, 'target' | 'context'>,
  path: string,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of await target.get(path, context.signal)) {
    hash.update(chunk as Uint8Array)
    bytes += (chunk as Uint8Array).length
  }
  return { bytes, sha256: hash.digest('hex') }
}

async function checkSizes(work: Work, files: readonly StoredFile[], folder: string): Promise<void> {
  const sizes = await sizesBelow(work.target, folder, work.context.signal)
  const wrong = files.find(({ path, bytes }) => sizes.get(path) !== bytes)
  if (wrong !== undefined) throw notWritten(wrong.path)
}

async function checkSample(work: Work, file: StoredFile): Promise<void> {
  checkInterrupt(work.context)
  // What was encrypted is nowhere here, so there are only its hash and its size to compare.
  if (work.encryption !== undefined || file.bytes <= wholeBytes) return void (await checkWhole(work, file))
  const { dataset, context, target } = work
  const last = file.bytes - pieceBytes
  for (const from of [0, last, ...[1, 2].map(() => Math.floor(context.system.random() * last))]) {
    // One byte more than there should be, so that a longer file is noticed.
    const range = { from, bytes: from === last ? pieceBytes + 1 : pieceBytes }
    const there = await buffer(await target.get(file.path, context.signal, range))
    const here = await buffer(
      context.system.files.read(join(dataset.layout.data, file.source), { ...range, bytes: pieceBytes }),
    )
    if (!there.equals(here)) throw notWritten(file.path)
  }
}

/** @param random From 0 up to, not including, 1. */
function chosen<T>(items: readonly T[], count: number, random: () => number): T[] {
  const left = [...items]
  return Array.from(
    { length: Math.min(count, left.length) },
    () => left.splice(Math.floor(random() * left.length), 1)[0]!,
  )
}

function notWritten(path: string): UnsiloError {
  return new UnsiloError('corrupt', `${path} was read back and is not what was written there`, {
    hint: 'Check that disk or service; the next run copies it again.',
  })
}
