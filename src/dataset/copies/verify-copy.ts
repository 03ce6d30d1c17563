import { posix } from 'node:path'
import { text } from 'node:stream/consumers'
import { UnsiloError } from '../../errors.ts'
import { type HashedFile, readHashList } from '../../parcel/hash-list.ts'
import type { Acknowledgement } from '../acknowledgements.ts'
import { hashOf } from '../parcel-contents.ts'
import { readBack } from './check.ts'
import { type Comparison, type ReadPlace, compareFiles } from './compare.ts'
import type { Work } from './work.ts'

/** A target as far as it is needed to read copies; what is encrypted is compared as it lies there, so no key is. */
export type CopyPlace = Pick<Work, 'target' | 'context' | 'layout'>

export interface ComparedCopy extends Comparison {
  /** Files in the parcel's folder that nobody has published there. They do no harm. */
  extra: string[]
}

/**
 * Reads a copy, every byte of it, and compares it with what the ledger says was stored there.
 *
 * @param listHere The parcel's list of hashes in `log/`, for the case that the one at the target is damaged.
 */
export async function verifyCopy(
  place: CopyPlace,
  one: Acknowledgement,
  listHere: () => string | undefined,
): Promise<ComparedCopy> {
  const { target, context } = place
  const expected = (one.stored ?? one).sha256
  const readPlace: ReadPlace = {
    parallel: target.parallel,
    isDisk: target.kind === 'folder',
    read: (path) => readBack({ target, context }, path),
  }
  if (one.folder !== true) {
    const compared = await compareFiles([{ path: one.path, sha256: expected }], readPlace)
    return { ...withGone(compared, one.path), extra: [] }
  }
  const { list, fault } = await hashListOf(place, one, expected, listHere)
  const files = readHashList(list ?? '').map(({ path, sha256 }): HashedFile => {
    // Where the configuration puts copies now may be another place than where it has put this one.
    return { path: posix.join(posix.dirname(one.path), path), sha256 }
  })
  const compared = await compareFiles(files, readPlace)
  const others = await filesBeside(place, one.path, files)
  const isGone = one.files > 0 && compared.files === 0 && others.length === 0
  const faults = fault === undefined ? compared.faults : [fault, ...compared.faults]
  return {
    ...withGone({ ...compared, faults, isGone }, one.path),
    // Without a list nobody knows which they are.
    extra: list === undefined ? [] : others,
  }
}

function withGone(compared: Comparison, path: string): Comparison {
  return compared.isGone ? { ...compared, faults: [`${path} is gone`] } : compared
}

/** The list of a folder's hashes, and what is wrong with the one at the target. */
async function hashListOf(
  { target, context, layout }: CopyPlace,
  one: Acknowledgement,
  expected: string,
  listHere: () => string | undefined,
): Promise<{ list: string | undefined; fault?: string }> {
  const path = layout.hashes(one.parcel)
  let there: string | undefined
  try {
    there = await text(await target.get(path, context.signal))
  } catch (error) {
    if (!(error instanceof UnsiloError) || error.code !== 'not-found') throw error
  }
  if (there !== undefined && hashOf(there) === expected) return { list: there }
  const what = there === undefined ? 'missing' : 'changed'
  const here = one.stored === undefined ? listHere() : undefined
  if (here !== undefined && hashOf(here) === expected) return { list: here, fault: `${path} is ${what}` }
  return { list: undefined, fault: `${path} is ${what}, so the files of ${one.path} cannot be compared` }
}

async function filesBeside(
  { target, context }: CopyPlace,
  folder: string,
  files: readonly HashedFile[],
): Promise<string[]> {
  const known = new Set(files.map(({ path }) => path))
  const extra: string[] = []
  for await (const { path } of target.list(folder, context.signal)) if (!known.has(path)) extra.push(path)
  return extra
}
