import { mapPool } from '../system/pool.ts'
import type { Target } from './target.ts'

/** Removes what is at `path`: a file, or a folder with everything in it. Nothing there is no error. */
export async function removeAll(target: Target, path: string, signal: AbortSignal): Promise<void> {
  const inside: string[] = []
  for await (const file of target.list(path, signal)) inside.push(file.path)
  if (inside.length === 0) {
    await target.remove(path, signal).catch(async (error: unknown) => {
      // An empty folder is no file.
      if (target.removeFolder === undefined) throw error
      await target.removeFolder(path, signal)
    })
  } else if (target.removeFolder === undefined)
    await mapPool(inside, target.parallel, (file) => target.remove(file, signal))
  else await target.removeFolder(path, signal)
}
