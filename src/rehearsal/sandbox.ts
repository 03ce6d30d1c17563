import { basename, join } from 'node:path'
import { UnsiloError } from '../errors.ts'
import { type Dataset } from '../dataset/dataset.ts'
import { layoutOf } from '../parcel/layout.ts'
import { type Files, walkFiles } from '../system/files.ts'
import { linkFile } from '../system/link-tree.ts'
import { randomBytes } from 'node:crypto'

/** A copy of a dataset in which everything may go wrong. */
export interface Sandbox {
  dataset: Dataset
  /** A text of the sandbox, as if it were of the real dataset. */
  outside(text: string): string
  remove(): Promise<void>
}

/**
 * Makes a root with one dataset that has the records and the parcels of the real one. It is on the same disk, so that parcels are
 * hard links: nothing that unsilo does changes a parcel in its place. What the user's own commands would do is left out.
 */
export async function makeSandbox(real: Dataset, files: Files): Promise<Sandbox> {
  const root = join(real.root, '.unsilo', `rehearsal-${randomBytes(6).toString('hex')}`)
  const layout = layoutOf(join(root, basename(real.layout.folder)))
  const remove = (): Promise<void> => files.remove(root)
  try {
    files.makeFolder(layout.data)
    files.makeFolder(layout.log)
    for (const name of ['config', 'ledger', 'metrics'] as const) await copy(files, real.layout[name], layout[name])
    for (const { path, kind } of walkFiles(files, real.layout.data)) {
      if (kind !== 'file') continue
      files.makeFolder(join(layout.data, path, '..'))
      linkFile(join(real.layout.data, path), join(layout.data, path))
    }
    for (const { name } of files.list(real.layout.log).filter((one) => one.name.endsWith('.sha256'))) {
      await copy(files, join(real.layout.log, name), join(layout.log, name))
    }
  } catch (error) {
    await remove().catch(() => undefined)
    if (!(error instanceof UnsiloError)) throw error
    throw new UnsiloError(error.code, `the rehearsal needs a copy of ${real.name}: ${error.message}`, {
      hint: error.hint ?? `It is made in ${join(real.root, '.unsilo')}, as hard links.`,
    })
  }
  const dataset: Dataset = { ...real, root, layout, config: harmless(real.config, root), viewTargets: [] }
  return {
    dataset,
    outside: (text) => text.replaceAll(layout.folder, real.layout.folder).replaceAll(root, real.root),
    remove,
  }
}

/** The configuration without what would reach out of the sandbox, or take long. */
function harmless(config: Dataset['config'], root: string): Dataset['config'] {
  return {
    ...config,
    environment: {},
    git: false,
    // Files still come by hand, so that it may be late; none waits.
    ingest: { ...config.ingest, paths: config.ingest.paths.map(() => join(root, 'inbox/*')) },
    keep: undefined,
    metrics: {},
    pack: undefined,
    publishViews: [],
    retries: 1,
    thin: undefined,
    views: [],
  }
}

async function copy(files: Files, from: string, to: string): Promise<void> {
  const text = files.readText(from)
  if (text === undefined) return
  const sink = await files.create(to)
  try {
    await sink.write(text)
  } finally {
    await sink.close()
  }
}
