import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Outcome } from '../../src/dataset/outcome.ts'
import type { SealedEvent } from '../../src/ledger/event.ts'
import type { ExchangeLine } from '../../src/source/rest/journal.ts'
import type { ExchangeManifest } from '../../src/source/rest/manifest.ts'
import { sealedFolder } from '../../src/source/rest/reader.ts'
import type { ParcelState } from '../../src/source/rest/state.ts'
import { systemFiles } from '../../src/system/files.ts'
import type { System } from '../../src/system/system.ts'
import { services } from '../simulator/service/service.fixture.ts'
import type { Service } from '../simulator/service/service.ts'
import type { ServiceOptions } from '../simulator/service/service-options.ts'
import { type TestDataset, testDataset } from '../support/test-dataset.ts'

/** A dataset and the service that it is of; both go by the dataset's clock. */
export interface Scene {
  service: Service
  dataset: TestDataset
  /** Replaces the configuration: keys of `[source]` after its base, streams, and keys before it. */
  configure(source: string, top?: string): void
  /** Exports now. A program error is thrown. */
  export(system?: System): Promise<NonNullable<Outcome['exported']>>
  /** Exports now, and expects a good parcel. */
  exportWell(system?: System): Promise<SealedEvent>
  /** Lets so much time pass, for the dataset and the service. */
  advance(ms: number): void
}

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

/** Starts scenes whose services end with the test. The account is two months old, with some 120 items unless told. */
export function scenes(): (source: string, options?: ServiceOptions) => Promise<Scene> {
  const start = services()
  return async (source, options = {}) => {
    const dataset = testDataset('', 'todoist')
    const service = await start({
      clock: () => dataset.clock.now(),
      ...options,
      account: { seed: 3, start: new Date('2026-01-01T00:00:00Z'), createdPerDay: 2, ...options.account },
    })
    const scene: Scene = {
      service,
      dataset,
      configure(keys, top = '') {
        dataset.configure(`interval = "1h"\n${top}\n[source]\nkind = "rest"\nbase = "${service.url}"\n${keys}\n`)
      },
      async export(system) {
        const { exported, problems } = await dataset.run({ exportNow: true }, system)
        expect(problems).toEqual([])
        return exported!
      },
      async exportWell(system) {
        const event = await scene.export(system)
        expect(event).toMatchObject({ event: 'sealed', state: 'good' })
        return event as SealedEvent
      },
      advance: (ms) => dataset.clock.advance(ms),
    }
    scene.configure(source)
    return scene
  }
}

/** A sealed parcel, read by what docs/format.md says. */
export interface Parcel {
  lines: ExchangeLine[]
  manifest: ExchangeManifest
  state: ParcelState
  body(line: ExchangeLine): Promise<Buffer>
  /** The records of a stream, page by page. @param items Dotted path; empty: the body itself. */
  records<Item = Record<string, unknown>>(stream: string, items?: string): Promise<Item[]>
}

/** Reads a parcel, the newest unless told, and holds its journal against its bodies. */
export async function readParcel(
  dataset: TestDataset,
  name: string | undefined = dataset.names('data').at(-1),
): Promise<Parcel> {
  if (name === undefined) throw new Error('there is no parcel')
  const folder = join(dataset.folder, 'data', name)
  const { read } = sealedFolder(systemFiles, folder)
  const text = (path: string): string => dataset.read(join('data', name, path))
  const lines = text('requests.ndjson')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ExchangeLine)
  const body = async (line: ExchangeLine): Promise<Buffer> => {
    const chunks: Uint8Array[] = []
    for await (const chunk of read(line.body)) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
  for (const line of lines) {
    const bytes = await body(line)
    expect({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }).toEqual({
      bytes: line.bytes,
      sha256: line.sha256,
    })
  }
  const bodies = dataset.names('data').length === 0 ? [] : systemFiles.list(join(folder, 'bodies'))
  expect(bodies.map((entry) => `bodies/${entry.name}`).sort()).toEqual(lines.map((line) => line.body).sort())
  const places = lines.map((line) => JSON.stringify([line.stream, line.for, line.page]))
  expect(new Set(places).size, 'pages that are there twice').toBe(places.length)
  return {
    lines,
    manifest: JSON.parse(text('manifest.json')) as ExchangeManifest,
    state: JSON.parse(text('state.json')) as ParcelState,
    body,
    async records<Item>(stream: string, items = '') {
      const found: Item[] = []
      for (const line of lines) {
        if (line.stream !== stream || line.outcome !== undefined) continue
        let at = JSON.parse((await body(line)).toString()) as unknown
        for (const key of items.split('.').filter((part) => part !== '')) at = (at as Record<string, unknown>)?.[key]
        if (Array.isArray(at)) found.push(...(at as Item[]))
      }
      return found
    },
  }
}

/** Ids of records, sorted, each once. */
export function idsOf(records: readonly { id: number }[]): number[] {
  return [...new Set(records.map(({ id }) => id))].sort((a, b) => a - b)
}
