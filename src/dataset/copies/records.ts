import { join } from 'node:path'
import { orMissing } from '../../target/look.ts'
import { copiesAt } from '../acknowledgements.ts'
import { hashOf } from '../parcel-contents.ts'
import { readBack } from './check.ts'
import { putText } from './copy-parcel.ts'
import { type CopiedParcel, copiedParcel, manifestName, writeCopyManifest } from './manifest.ts'
import { readManifest } from './read-manifest.ts'
import { recoverPage, recoverPageName } from './recover-page.ts'
import type { Work } from './work.ts'

/** Copies what belongs to the parcels: the records of the dataset, the root's configuration, and how to get everything back. */
export async function copyRecords(work: Work): Promise<void> {
  const { dataset, layout, settings, target, context } = work
  const { files } = context.system
  for (const [from, to] of [
    [dataset.layout.config, layout.record('config.toml')],
    [dataset.layout.metrics, layout.record('metrics.csv')],
    [dataset.layout.ledger, layout.record('ledger.ndjson')],
    [join(dataset.root, 'unsilo.toml'), 'unsilo.toml'],
  ] as const) {
    const content = files.readText(from)
    if (content !== undefined) await putRecord(work, to, content)
  }
  await putIfChanged(work, recoverPageName, recoverPage(target.kind, settings))
}

async function putRecord(work: Work, path: string, content: string): Promise<void> {
  if (work.encryption === undefined) await putIfChanged(work, path, content)
  else await putText(work, path, content, 'encrypted')
}

async function putIfChanged(work: Work, path: string, content: string): Promise<void> {
  const there = await orMissing(readBack(work, path))
  if (there?.sha256 !== hashOf(content)) await putText(work, path, content)
}

/**
 * Says at the target which parcels it has: those that the ledger knows, and those that only the manifest there knows, of another
 * machine or of a ledger that was lost. What is encrypted cannot be read here, so that one is made from the ledger alone.
 */
export async function putManifest(
  work: Work,
  fresh: readonly CopiedParcel[],
  gone: ReadonlySet<string>,
): Promise<void> {
  const { layout, known, name, encryption, dataset } = work
  const path = layout.record(manifestName)
  const parcels = new Map<string, CopiedParcel>()
  const add = (some: readonly CopiedParcel[]): void => {
    for (const one of some) if (!gone.has(one.id)) parcels.set(one.id, one)
  }
  if (encryption === undefined) add((await readManifest(work, path))?.parcels ?? [])
  add(copiesAt(known, name).map(copiedParcel))
  add(fresh)
  await putText(work, path, writeCopyManifest({ dataset: dataset.name, parcels: [...parcels.values()] }), 'encrypted')
}
