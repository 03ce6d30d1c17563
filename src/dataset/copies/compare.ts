import { type ErrorCode, UnsiloError } from '../../errors.ts'
import type { HashedFile } from '../../parcel/hash-list.ts'
import { mapPool } from '../../system/pool.ts'

/** How files that were read compare with what they should be. */
export interface Comparison {
  /** That were there and could be read. */
  files: number
  bytes: number
  /** What is wrong, a sentence each: a few, and how many more. */
  faults: string[]
  /** None of the files is there. */
  isGone: boolean
}

interface Content {
  bytes: number
  sha256: string
}

/** How many faults are named; the others are counted. */
const namedFaults = 5

/** A place whose files are read. */
export interface ReadPlace {
  /** Files at a time. */
  parallel: number
  /** It is a disk, where a file that may not be read says nothing of the others. */
  isDisk: boolean
  /** @returns What is at a path; `undefined`, or an error `not-found`, for nothing. */
  read(path: string): Promise<Content | undefined>
}

/**
 * Reads files, several at a time, each to its end. One that cannot be read is a fault of the place, and does not keep the others
 * from being looked at.
 *
 * @throws What `read` throws, unless it is about that file alone
 */
export async function compareFiles(expected: readonly HashedFile[], place: ReadPlace): Promise<Comparison> {
  const result = { files: 0, bytes: 0 }
  let missing = 0
  const said = await mapPool(expected, place.parallel, async ({ path, sha256 }): Promise<string | undefined> => {
    const found = await readable(path, place)
    if (found === undefined) {
      missing += 1
      return `${path} is missing`
    }
    if (typeof found === 'string') return found
    result.files += 1
    result.bytes += found.bytes
    return found.sha256 === sha256 ? undefined : `${path} is changed`
  })
  const faults = said.filter((one) => one !== undefined)
  return { ...result, faults: someOf(faults), isGone: expected.length > 0 && missing === expected.length }
}

async function readable(path: string, { read, isDisk }: ReadPlace): Promise<Content | string | undefined> {
  try {
    return await read(path)
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
    if (error.code === 'not-found') return undefined
    const codes: readonly ErrorCode[] = isDisk ? ['io', 'corrupt', 'not-permitted'] : ['io', 'corrupt']
    if (!codes.includes(error.code)) throw error
    return `${path} cannot be read: ${error.message}`
  }
}

/** A few of them, and how many more there are. */
function someOf(sentences: readonly string[]): string[] {
  const more = sentences.length - namedFaults
  return more > 0 ? [...sentences.slice(0, namedFaults), `and ${more} more`] : [...sentences]
}
