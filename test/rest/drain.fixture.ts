import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type DrainResult, drainDataset } from '../../src/dataset/drain.ts'
import type { LedgerEvent } from '../../src/ledger/event.ts'
import { readLedger } from '../../src/ledger/ledger.ts'
import { type Http, systemHttp } from '../../src/system/http.ts'
import { systemFiles } from '../../src/system/files.ts'
import type { System } from '../../src/system/system.ts'
import { services } from '../simulator/service/service.fixture.ts'
import type { Service } from '../simulator/service/service.ts'
import type { StudyOptions, StudyRecord } from '../simulator/service/study-account.ts'
import { Killed, breakingFiles } from '../support/breaking-files.ts'
import { type TestDataset, testDataset } from '../support/test-dataset.ts'

/** A study server, and the dataset that it is drained into. */
export interface DrainScene {
  service: Service
  dataset: TestDataset
  /** Replaces config.toml. @param drain Keys of `[source.drain]` after the usual ones. @param top Keys before `[source]`. */
  configure(drain?: string, top?: string): void
  /** Exports now, and expects a good parcel. @returns its id */
  export(): Promise<string>
  drain(options?: { dryRun?: boolean; system?: System }): Promise<DrainResult>
  /** What the ledger says of drains. */
  drainLines(): (LedgerEvent & { at: string })[]
  /** Ids of a form's records on the server. */
  left(form: string): number[]
  /** Every record that was deleted, with its form, in this order. */
  deletions(): { form: string; record: StudyRecord }[]
  /** The requests that were not looks. */
  sent(): string[]
}

const password = 'pass-91c7f2'

export function drainScenes(): (study?: StudyOptions, drain?: string, top?: string) => Promise<DrainScene> {
  const start = services()
  return async (study = {}, drain = '', top = '') => {
    const dataset = testDataset('', 'study')
    const service = await start({
      study,
      // Only the study is asked for: nothing has to happen in the rest of the account.
      account: { createdPerDay: 0 },
      auth: { kind: 'basic', user: 'lab', password },
      clock: () => dataset.clock.now(),
    })
    writeFileSync(join(dataset.folder, 'password'), password)
    const scene: DrainScene = {
      service,
      dataset,
      configure: (keys = '', before = '') => dataset.configure(configOf(service.url, keys, before)),
      async export() {
        dataset.clock.advance(1000)
        const { exported, problems } = await dataset.run({ exportNow: true })
        expect(problems).toEqual([])
        expect(exported).toMatchObject({ event: 'sealed', state: 'good' })
        return exported!.parcel
      },
      async drain({ dryRun = false, system = dataset.system } = {}) {
        return drainDataset(await dataset.open(), { ...dataset.context, system }, dryRun)
      },
      drainLines: () =>
        readLedger(systemFiles, join(dataset.folder, 'ledger.ndjson'))
          .entries.filter(({ event }) => event === 'intent' || event === 'done')
          .map(({ line }) => JSON.parse(line) as LedgerEvent & { at: string }),
      left: (form) => service.study.records(form)!.map(({ id }) => id),
      deletions: () => service.study.log.filter(({ kind }) => kind === 'deleted'),
      sent: () =>
        service.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`),
    }
    scene.configure(drain, top)
    return scene
  }
}

function configOf(url: string, drain: string, top: string): string {
  const isSet = (key: string): boolean => new RegExp(`^${key} =`, 'm').test(drain)
  const usual = {
    stream: '"entries"',
    enabled: 'true',
    where: '"form.deleteable"',
    request: '"DELETE export/{form.name}/{id}"',
  }
  const keys = Object.entries(usual).flatMap(([key, value]) => (isSet(key) ? [] : [`${key} = ${value}`]))
  return `interval = "1h"
${top}
[source]
kind = "rest"
base = "${url}"
auth = { kind = "basic", user = "lab", password = { file = "password" } }

[[source.streams]]
name = "forms"
path = "export/"
key = "name"

[[source.streams]]
name = "entries"
path = "export/{form.name}"
each = { form = "forms" }
key = "id"

[source.drain]
${keys.join('\n')}
${drain}
`
}

/** Every record that a parcel holds, as text. */
function sealedRecords({ folder }: TestDataset): Set<string> {
  const data = join(folder, 'data')
  const bodies = readdirSync(data).flatMap((id) =>
    readdirSync(join(data, id, 'bodies')).map((name) => join(data, id, 'bodies', name)),
  )
  return new Set(
    bodies.flatMap((path) =>
      (JSON.parse(readFileSync(path, 'utf8')) as unknown[]).map((record) => JSON.stringify(record)),
    ),
  )
}

/** What must hold whatever happened: no record was deleted that is not sealed, and none twice. */
export function expectNothingLost(scene: DrainScene): void {
  const sealed = sealedRecords(scene.dataset)
  const deleted = scene.deletions().map(({ record }) => record)
  expect(deleted.filter((record) => !sealed.has(JSON.stringify(record)))).toEqual([])
  expect(new Set(deleted).size).toBe(deleted.length)
}

/** Where a process is killed. */
export type KillAt =
  | { step: number; how: 'kill' | 'kill half-way' }
  /** The request does not go out, or its answer is lost. */
  | { request: number; how: 'before' | 'after' }

/** A system that is killed at a place: after that, neither the disk nor the server hears of it any more. */
export function killedSystem(system: System, at: KillAt): System {
  let isDead = false
  const { files } = breakingFiles((step) => {
    if (isDead) return 'kill'
    return 'step' in at && step === at.step ? at.how : 'go on'
  })
  let requests = 0
  const http: Http = {
    async send(request, options) {
      requests += 1
      const isHere = 'request' in at && requests === at.request
      if (isDead || (isHere && at.how === 'before')) {
        isDead = true
        throw new Killed()
      }
      const response = await systemHttp.send(request, options)
      if (!isHere) return response
      for await (const _ of response.body);
      isDead = true
      throw new Killed()
    },
  }
  // A REST source takes its way to the server from here.
  return Object.assign({ ...system, files }, { http })
}

/** @returns whether it was killed */
export async function untilKilled(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action()
    return false
  } catch (error) {
    if (error instanceof Killed) return true
    throw error
  }
}
