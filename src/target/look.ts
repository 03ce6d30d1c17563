import { UnsiloError } from '../errors.ts'
import type { ByteRange, Target } from './target.ts'

/** `undefined` for what is not there. */
export async function orMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof UnsiloError && error.code === 'not-found') return undefined
    throw error
  }
}

/** How many bytes a file has, or a part of it, by reading them; `undefined` when there is no file. */
export function countBytes(
  target: Target,
  path: string,
  signal: AbortSignal,
  range?: ByteRange,
): Promise<number | undefined> {
  const count = async (): Promise<number> => {
    let bytes = 0
    for await (const chunk of await target.get(path, signal, range)) bytes += (chunk as Uint8Array).length
    return bytes
  }
  return orMissing(count())
}

/** Sizes of the files below a folder, by their paths. */
export async function sizesBelow(target: Target, folder: string, signal: AbortSignal): Promise<Map<string, number>> {
  const sizes = new Map<string, number>()
  for await (const { path, sizeBytes } of target.list(folder, signal)) sizes.set(path, sizeBytes)
  return sizes
}
