import { type ArchiveFormat, type ArchiveOptions, type ArchiveSummary, archiveTrees } from '../../archive/archive.ts'
import { copyTrees } from '../../archive/copy.ts'
import type { Tree } from '../../archive/tree.ts'
import { UnsiloError } from '../../errors.ts'
import type { Files } from '../../system/files.ts'
import { type ExportNotes, type ParcelSink, type Source, nothingToNote } from '../source.ts'
import { limitTime } from '../time-limit.ts'
import type { FolderConfig } from './config.ts'
import { checkMounts, checkStillThere, findPlaces } from './place.ts'
import { partsOf } from './split.ts'
import { keepWarnings } from './warnings.ts'

interface FolderOptions {
  files: Files
  /** Longest time that a try may take, in ms; `undefined` sets no limit. */
  timeoutMs?: number | undefined
}

/** What of a summary counts here. */
type Stored = Pick<ArchiveSummary, 'files' | 'links' | 'warnings'>

/** Folders of this machine, in an archive or file by file. */
export function openFolderSource(config: FolderConfig, { files, timeoutMs }: FolderOptions): Source {
  return {
    kind: 'folder',
    resumes: false,
    async export(sink, context): Promise<ExportNotes> {
      const time = limitTime(context.signal, timeoutMs)
      try {
        const places = findPlaces(config, files, context.datasetPath)
        if (config.mount === 'same') checkMounts(places, context.mounts ?? {})
        const trees = places.map(({ tree }) => tree)
        const stored = await store(config, trees, sink, time.signal)
        checkStillThere(places)
        if (stored.files + stored.links === 0) throw nothingTaken(config, places[0]!.path)
        return {
          ...nothingToNote,
          warnings: await keepWarnings(stored.warnings, context.logs.err),
          mounts: Object.fromEntries(places.map(({ path, mount }) => [path, mount])),
          ...(config.split ? { split: true as const } : {}),
        }
      } catch (error) {
        throw time.explain(error)
      }
    },
  }
}

async function store(
  { format, split, unreadable }: FolderConfig,
  trees: readonly Tree[],
  sink: ParcelSink,
  signal: AbortSignal,
): Promise<Stored> {
  const options: ArchiveOptions = { unreadable: unreadable === 'warn' ? 'warn' : 'reject', signal }
  if (format === 'files') {
    await sink.folder()
    return copyTrees(trees, sink.path, options)
  }
  if (split) return storeParts(format, trees, sink, options)
  const archive = archiveTrees(format, trees, options)
  await sink.write(format, archive.body, 'unsilo')
  return archive.summary()
}

async function storeParts(
  format: ArchiveFormat,
  trees: readonly Tree[],
  sink: ParcelSink,
  options: ArchiveOptions,
): Promise<Stored> {
  const folder = await sink.folder()
  const sum: Stored = { files: 0, links: 0, warnings: [] }
  for (const { name, tree } of trees.flatMap((one) => partsOf(one, options.signal))) {
    const archive = archiveTrees(format, [tree], options)
    await folder.create(`${name}.${format}`, archive.body)
    const { files, links, warnings } = archive.summary()
    sum.files += files
    sum.links += links
    sum.warnings.push(...warnings)
  }
  return sum
}

function nothingTaken({ include, exclude }: FolderConfig, path: string): UnsiloError {
  const isChosen = include !== undefined || exclude !== undefined
  return new UnsiloError('empty', `there is no file to copy in ${path}`, {
    hint: isChosen
      ? 'Look at `include` and `exclude` in config.toml.'
      : 'Look whether the disk is mounted that it lies on.',
    retryable: true,
  })
}
