import { join } from 'node:path'
import type { RootConfig } from '../config/root-config.ts'
import { UnsiloError } from '../errors.ts'
import type { Files } from '../system/files.ts'
import { replaceFile } from '../system/replace-file.ts'
import { figuresMark } from './prometheus.ts'
import { type StatusPlaces, statusPlaces } from './status-file.ts'

/** Remembers where the figures are, in `.unsilo/` of the root. */
interface Remembered {
  /** As configured; missing: the usual place. */
  prometheus?: string
}

/**
 * Where `watch` leaves what it has seen. While `unsilo.toml` has a mistake, so that nobody knows what it says of that, it is where
 * it was before; a file of figures at a place where it is not to be any more is removed, for a monitor would go on to believe it.
 *
 * @param isKnown `unsilo.toml` could be read, and has no mistake that matters.
 */
export async function knownPlaces(
  files: Files,
  { path: root, watch }: Pick<RootConfig, 'path' | 'watch'>,
  isKnown: boolean,
): Promise<StatusPlaces> {
  const memory = join(root, '.unsilo/watch.json')
  const before = remembered(files, memory)
  if (!isKnown) return statusPlaces(root, before.prometheus)
  const places = statusPlaces(root, watch.prometheus)
  for (const old of [undefined, before.prometheus].map((one) => statusPlaces(root, one).prometheus)) {
    if (old !== places.prometheus) await removeFigures(files, old)
  }
  if (before.prometheus !== watch.prometheus) await remember(files, root, memory, watch.prometheus)
  return places
}

/** What cannot be removed is told by its own age. */
async function removeFigures(files: Files, path: string): Promise<void> {
  try {
    // Somebody may have put another file there.
    if (files.readText(path)?.startsWith(figuresMark) === true) await files.remove(path)
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
  }
}

function remembered(files: Files, path: string): Remembered {
  try {
    const found = JSON.parse(files.readText(path) ?? '{}') as Remembered
    return typeof found.prometheus === 'string' ? { prometheus: found.prometheus } : {}
  } catch {
    return {}
  }
}

/** That it cannot be remembered is no reason not to look now. */
async function remember(files: Files, root: string, path: string, prometheus: string | undefined): Promise<void> {
  try {
    files.makeFolder(join(root, '.unsilo'))
    await replaceFile(files, path, `${JSON.stringify({ prometheus })}\n`)
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
  }
}
