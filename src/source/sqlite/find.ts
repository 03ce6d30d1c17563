import { dirname, relative } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import type { Files } from '../../system/files.ts'
import { matchPaths } from '../../system/glob.ts'
import { pathFrom } from '../../system/path-from.ts'
import type { SqliteConfig } from './config.ts'

/** What a database has beside it while it is used. */
const besides = /-(?:wal|shm|journal)$/

/** The databases that are meant. */
export type FoundDatabases =
  | { kind: 'one'; path: string }
  /** `name`: relative to the folder in which the search begins, so that it stays the same when others come or go. */
  | { kind: 'many'; databases: { path: string; name: string }[] }

/** @throws UnsiloError `not-found` when there is none */
export async function findDatabases({ path }: SqliteConfig, files: Files, folder: string): Promise<FoundDatabases> {
  const { isDynamicPattern } = await import('tinyglobby')
  const isThere = (one: string): boolean => files.info(pathFrom(folder, one))?.kind === 'file'
  const isPattern = (one: string): boolean => isDynamicPattern(one) && !isThere(one)
  if (typeof path === 'string' && !isPattern(path)) {
    if (isThere(path)) return { kind: 'one', path: pathFrom(folder, path) }
    throw notFound(pathFrom(folder, path))
  }
  const given = typeof path === 'string' ? [path] : path
  const found: string[] = []
  for (const one of given) {
    const matches = isPattern(one) ? await matchFiles(one, files, folder) : [pathFrom(folder, one)].filter(isThere)
    if (matches.length === 0) throw notFound(one)
    found.push(...matches)
  }
  const base = given
    .map((one) =>
      isPattern(one) ? staticPart(pathFrom(folder, one), isDynamicPattern) : dirname(pathFrom(folder, one)),
    )
    .reduce(commonFolder)
  const paths = [...new Set(found)].sort()
  return { kind: 'many', databases: paths.map((one) => ({ path: one, name: relative(base, one) })) }
}

async function matchFiles(pattern: string, files: Files, folder: string): Promise<string[]> {
  const matches = await matchPaths([pattern], folder)
  return matches.filter((one) => !besides.test(one) && files.info(one)?.kind === 'file')
}

/** The folder above the first part that is a pattern. */
function staticPart(pattern: string, isDynamic: (part: string) => boolean): string {
  const parts = pattern.split('/')
  return (
    parts
      .slice(
        0,
        parts.findIndex((part) => isDynamic(part)),
      )
      .join('/') || '/'
  )
}

function commonFolder(one: string, other: string): string {
  const others = other.split('/')
  const parts = one.split('/')
  const end = parts.findIndex((part, index) => part !== others[index])
  return (end === -1 ? parts : parts.slice(0, end)).join('/') || '/'
}

function notFound(path: string): UnsiloError {
  return new UnsiloError('not-found', `there is no database ${path}`, {
    hint: 'Look at `path` in config.toml, and whether the disk is mounted that it lies on.',
  })
}
