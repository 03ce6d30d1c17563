import type { RestConfig } from '../source/rest/config.ts'
import type { DrainConfig } from '../source/rest/drain-config.ts'
import { manifestName, parseManifest } from '../source/rest/manifest.ts'
import type { StreamConfig } from '../source/rest/stream.ts'
import type { Context, Dataset } from './dataset.ts'
import { hasOpenIntents } from './drain-ledger.ts'
import { type History, isEvent, sealedParcels } from './history.ts'
import { detailsOf } from '../ledger/ledger.ts'

/** What is deleted on the server, and how. */
export interface DrainSetup {
  source: RestConfig
  drain: DrainConfig
  stream: StreamConfig
}

/** `undefined` when the dataset has no `[source.drain]`, be it enabled or not. */
export function drainSetup({ config: { source } }: Dataset): DrainSetup | undefined {
  if (source?.kind !== 'rest' || source.drain === undefined) return undefined
  const { drain, streams } = source
  const stream = streams.find(({ name }) => name === drain.stream)
  return stream === undefined ? undefined : { source, drain, stream }
}

/** Whether an earlier drain was broken off: each run goes on with it, whether it has exported anything or not. */
export function isDrainOpen(dataset: Dataset, { entries }: History): boolean {
  const setup = drainSetup(dataset)
  return setup?.drain.enabled === true && hasOpenIntents(entries, setup.stream, dataset.layout.ledger)
}

/** Why nothing at all may be deleted now; `undefined` when there is no such reason. */
export function whyNoDrain(
  dataset: Dataset,
  { system: { files } }: Context,
  history: History,
  stream: StreamConfig,
): string | undefined {
  if (history.damagedLines > 0) return 'the ledger is damaged, and a verdict may be lost with it'
  const { ledger } = dataset.layout
  // Of the parcels, those that the source has made: an ingested one says nothing of the server.
  const newest = sealedParcels(history).findLast(
    ({ ended }) => !isEvent(ended, 'sealed') || detailsOf(ended, ledger).from === undefined,
  )
  if (newest === undefined) return 'there is no parcel yet'
  if (newest.state === 'suspect') return `the newest parcel, ${newest.id}, is suspect`
  const manifest = parseManifest(files.readText(`${newest.stored.path}/${manifestName}`))
  if (manifest?.streams[stream.name]?.complete === true) return undefined
  return `the newest parcel, ${newest.id}, does not hold all of ${stream.name}`
}
