import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import type * as z from 'zod'
import {
  type Archive,
  type ArchiveFormat,
  type ArchiveSummary,
  archiveFormats,
  archiveTrees,
} from './archive/archive.ts'
import { type Tree, namePartsOf } from './archive/tree.ts'
import { UnsiloError } from './errors.ts'
import { systemClock } from './system/clock.ts'
import { systemFiles } from './system/files.ts'
import { realSystem } from './system/system.ts'
import { type TemporaryFolder, makeTemporaryFolder } from './system/temporary-folder.ts'
import { countBytes } from './target/look.ts'
import type { placeConfigs } from './target/place-config.ts'
import type { Target } from './target/target.ts'

export type { ArchiveFormat } from './archive/archive.ts'
export { type ExtractOptions, type ExtractResult, extractArchive } from './archive/extract.ts'
export type { ArchiveWarning } from './archive/troubles.ts'
export { UnsiloError } from './errors.ts'

export interface BackupOptions {
  /** Also the extension of the file. */
  format: ArchiveFormat
  /** What to do about a file that cannot be read; `reject` when it is missing. */
  unreadable?: 'reject' | 'warn'
  /** Ends `saveTo`. */
  signal?: AbortSignal
}

export interface IncludeOptions {
  /** Where in the archive the folder's contents go, as in `web/site`; the archive's root when it is missing. */
  name?: string
  /** Puts them below the folder's whole path, as in `etc/nginx`. */
  preservePaths?: boolean
  /** Patterns of what is taken, as in `*.conf` or `sites/**`; everything when it is missing. */
  include?: readonly string[]
  /** Patterns of what is left out. */
  exclude?: readonly string[]
}

/** A target of any kind, with the keys that `[targets.NAME]` has; or anything that writes a file whole or not at all. */
export type BackupPlace = z.input<(typeof placeConfigs)[number]> | BackupModule | BackupStore

/** A kind of target that a module adds (docs/write-a-target.md), and its keys. A relative path starts at the current folder. */
export interface BackupModule {
  kind: `./${string}` | `../${string}` | `/${string}` | `~/${string}`
  [key: string]: unknown
}

export interface BackupStore {
  /** Writes one file, whole or not at all. `open` starts its body. */
  put(path: string, open: () => Readable, signal: AbortSignal): Promise<unknown>
}

export interface SavedBackup extends ArchiveSummary {
  /** Where the archive is: its whole path in a folder, its name in another target. */
  path: string
}

export interface Backup extends AsyncDisposable {
  /**
   * Includes what is in a folder. Names that come twice merge; of one file that comes twice the later counts. The files
   * are read by `saveTo`, not before.
   *
   * @throws UnsiloError `not-found`, `usage`
   */
  includeDirectory(path: string, options?: IncludeOptions): Promise<void>
  /** Includes what `fill` writes into a new, temporary folder. The folder is removed with the backup, or when `fill` throws. */
  includeNewDirectory(name: string, fill: (folder: string) => Promise<void> | void): Promise<void>
  /**
   * Writes the archive, as `NAME_20130421163000.zip` in UTC. A reader sees a whole file or none, and on return it is
   * durable. Can be called again, for another place.
   *
   * @throws UnsiloError; nothing is saved then
   */
  saveTo(place: BackupPlace): Promise<SavedBackup>
}

/** Starts a backup: folders are included, and then saved as one archive. It is to be disposed of (`await using`). */
export function createBackup(name: string, options: BackupOptions): Backup {
  checkUsage(name, options)
  const trees: Tree[] = []
  const temporary: TemporaryFolder[] = []
  const signal = options.signal ?? new AbortController().signal
  let isDisposed = false

  function checkOpen(): void {
    if (isDisposed) throw new UnsiloError('usage', `the backup "${name}" is closed`, { hint: 'Create a new one.' })
  }

  return {
    async includeDirectory(path, { name: at = '', preservePaths = false, include, exclude } = {}) {
      checkOpen()
      const folder = resolve(path)
      const kind = systemFiles.info(folder)?.kind
      if (kind === undefined)
        throw new UnsiloError('not-found', `there is no folder ${folder}`, { hint: 'Check the path.' })
      if (kind !== 'folder') throw new UnsiloError('usage', `${folder} is no folder`, { hint: 'Include its folder.' })
      const parts = [...namePartsOf(at), ...(preservePaths ? folder.split('/').filter((part) => part !== '') : [])]
      trees.push({ folder, name: parts.join('/'), include, exclude })
    },
    async includeNewDirectory(at, fill) {
      checkOpen()
      const parts = namePartsOf(at)
      const folder = makeTemporaryFolder()
      try {
        await fill(folder.path)
        checkOpen()
      } catch (error) {
        folder.remove()
        throw error
      }
      temporary.push(folder)
      trees.push({ folder: folder.path, name: parts.join('/') })
    },
    async saveTo(place) {
      checkOpen()
      if (trees.length === 0) {
        throw new UnsiloError('empty', `the backup "${name}" includes nothing`, {
          hint: 'Call includeDirectory first.',
        })
      }
      let archive: Archive | undefined
      const open = (): Readable => {
        archive = archiveTrees(options.format, trees, { unreadable: options.unreadable, signal })
        return Readable.from(archive.body, { objectMode: false, highWaterMark: 1024 * 1024 })
      }
      if (isStore(place)) {
        const path = await freeName(name, options.format, async () => false, signal)
        await place.put(path, open, signal)
        return { path, ...archive!.summary() }
      }
      const target = await openPlace(place)
      try {
        // Of two bytes from there on.
        const bytesFrom = (file: string, from: number): Promise<number | undefined> =>
          countBytes(target, file, signal, { from, bytes: 2 })
        const isTaken = async (file: string): Promise<boolean> => (await bytesFrom(file, 0)) !== undefined
        const file = await freeName(name, options.format, isTaken, signal)
        const arrival = await target.put(file, open, signal)
        const summary = archive!.summary()
        if (arrival !== 'hashed' && (await bytesFrom(file, summary.bytes - 1)) !== 1) throw cutOff(file)
        return { path: place.kind === 'folder' ? resolve(place.path, file) : file, ...summary }
      } finally {
        await target.close()
      }
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true
      for (const folder of temporary.splice(0)) folder.remove()
    },
  }
}

/** @throws UnsiloError `config` for keys that a target of that kind does not have */
async function openPlace(place: Exclude<BackupPlace, BackupStore>): Promise<Target> {
  const [{ openTarget }, { builtInKinds, placeConfigs }, { discriminatedUnion, prettifyError }, { readSecret }] =
    await Promise.all([
      import('./target/all.ts'),
      import('./target/place-config.ts'),
      import('zod'),
      import('./config/secrets.ts'),
    ])
  const schema = builtInKinds.includes(place.kind) ? discriminatedUnion('kind', placeConfigs) : await moduleSchema()
  const checked = schema.safeParse(place)
  if (!checked.success) {
    throw new UnsiloError('config', `the place to save to is not right: ${prettifyError(checked.error)}`, {
      hint: 'It has the keys that docs/targets.md lists for its kind.',
    })
  }
  return openTarget(place.kind, checked.data, {
    ...realSystem,
    root: resolve('.'),
    readSecret: (key, reference) => readSecret(systemFiles, key, reference, resolve('.')),
  })
}

async function moduleSchema() {
  const [{ builtInKinds }, { pluginTargetConfig }, { transferKeys }] = await Promise.all([
    import('./target/place-config.ts'),
    import('./target/plugin/config.ts'),
    import('./target/transfer-keys.ts'),
  ])
  return pluginTargetConfig(builtInKinds, transferKeys)
}

function isStore(place: BackupPlace): place is BackupStore {
  return 'put' in place && typeof place.put === 'function'
}

function cutOff(file: string): UnsiloError {
  return new UnsiloError('corrupt', `${file} has not the size there that it was sent with`, {
    hint: 'Check that place, and save it again.',
  })
}

/** Names that this process has given, since most targets cannot be asked what they have without listing all of it. */
const given = new Set<string>()

/** Two backups of one second have two names: the later one waits for the next second. */
async function freeName(
  name: string,
  format: ArchiveFormat,
  isTaken: (file: string) => Promise<boolean>,
  signal: AbortSignal,
): Promise<string> {
  for (;;) {
    const now = systemClock.now()
    const file = `${name}_${now.toISOString().replaceAll(/\D/g, '').slice(0, 14)}.${format}`
    if (!given.has(file)) {
      given.add(file)
      if (!(await isTaken(file))) return file
    }
    await systemClock.sleep(1000 - now.getMilliseconds(), signal)
  }
}

function checkUsage(name: string, { format }: BackupOptions): void {
  if (!archiveFormats.includes(format)) {
    throw new UnsiloError('usage', `there is no format "${format}"`, { hint: `Formats: ${archiveFormats.join(', ')}.` })
  }
  if (/^[^/\0]{1,200}$/su.test(name) && !name.startsWith('.')) return
  throw new UnsiloError('usage', `"${name}" cannot be the beginning of a file's name`, {
    hint: 'Give a short name without "/", as in "example".',
  })
}
