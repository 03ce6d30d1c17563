import { readdirSync } from 'node:fs'
import { loadDatasets } from '../../src/config/load.ts'
import { parseManifest, manifestName, type ExchangeManifest } from '../../src/source/rest/manifest.ts'
import { readPages, sealedFolder } from '../../src/source/rest/reader.ts'
import { systemFiles } from '../../src/system/files.ts'

/** A parcel of a REST source, as a reader finds it. */
export interface ReadParcel {
  id: string
  manifest: ExchangeManifest
  /** The records of each stream, in the order in which they came. */
  records: Record<string, Record<string, unknown>[]>
}

/** Reads all that the parcels of a dataset hold, the oldest first. */
export async function readParcels(root: string, name: string): Promise<ReadParcel[]> {
  const { datasets, problems } = await loadDatasets(systemFiles, root, [name], root)
  const source = datasets[0]?.config.source
  if (source?.kind !== 'rest') throw new Error(JSON.stringify(problems))
  const parcels: ReadParcel[] = []
  for (const id of readdirSync(`${root}/${name}/data`).sort()) {
    const folder = sealedFolder(systemFiles, `${root}/${name}/data/${id}`)
    const records: ReadParcel['records'] = {}
    for (const stream of source.streams) {
      if (stream.format === 'any') continue
      const found = (records[stream.name] = [] as Record<string, unknown>[])
      for await (const { items } of readPages(folder, stream)) found.push(...(items as Record<string, unknown>[]))
    }
    parcels.push({ id, manifest: parseManifest(folder.readText(manifestName))!, records })
  }
  return parcels
}
