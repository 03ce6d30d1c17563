import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { systemFiles } from '../../system/files.ts'
import type { EarlierParcel } from '../source.ts'
import { restConfig } from './config.ts'
import { knownKeys } from './known-keys.ts'
import { parseManifest } from './manifest.ts'
import { groupKey, parseState } from './state.ts'

const { streams } = restConfig.parse({
  kind: 'rest',
  base: 'https://example.org',
  streams: [
    { name: 'lists', path: 'lists', key: 'id' },
    {
      name: 'tasks',
      path: 'lists/{list.id}/tasks',
      each: { list: 'lists' },
      key: 'id',
      stop: { known_pages: 1 },
    },
  ],
})
const tasks = streams.find(({ name }) => name === 'tasks')!

interface StoredPage {
  list: number
  ids: number[]
}

function parcel(pages: readonly StoredPage[], told: { complete: boolean; mode: string }): EarlierParcel {
  const path = temporaryFolder()
  mkdirSync(join(path, 'tasks'))
  const lines = pages.map(({ list, ids }, n) => {
    const body = `tasks/${n}.json`
    writeFileSync(join(path, body), JSON.stringify(ids.map((id) => ({ id }))))
    return JSON.stringify({ n, stream: 'tasks', page: 1, for: { 'list.id': list }, status: 200, body })
  })
  writeFileSync(join(path, 'requests.ndjson'), `${lines.join('\n')}\n`)
  writeFileSync(join(path, 'manifest.json'), JSON.stringify({ version: 1, streams: { tasks: told } }))
  return { id: '2026-03-01T060000Z', path }
}

const whole = { complete: true, mode: 'incremental' }
const knownIn = (...parcels: EarlierParcel[]): ReturnType<typeof knownKeys> =>
  knownKeys(systemFiles, parcels, tasks, streams)
const group = (list: number): string => groupKey(tasks, { 'list.id': list })

describe('the keys that earlier parcels hold', () => {
  it('are found by the group of their records, and not by looking through all of them', async () => {
    const pages = [1, 11, 111].map((list) => ({ list, ids: [list, 2 * list] }))
    const known = await knownIn(parcel(pages, whole), parcel([{ list: 1, ids: [3] }], whole))
    expect([...known.keys()]).toEqual([group(1), group(11), group(111)])
    expect([...known.get(group(1))!]).toEqual(['1', '2', '3'])
    expect([...known.get(group(11))!]).toEqual(['11', '22'])
    expect(known.get(group(2))).toBeUndefined()
  })

  it('are those of the newest, until there are enough, or a parcel has everything', async () => {
    const many = Array.from({ length: 10_000 }, (_, id) => id)
    const older = parcel([{ list: 2, ids: [1] }], whole)
    for (const newest of [
      parcel([{ list: 1, ids: many }], whole),
      parcel([{ list: 1, ids: [1] }], { complete: true, mode: 'full' }),
    ]) {
      expect([...(await knownIn(newest, older)).keys()]).toEqual([group(1)])
    }
    // The same keys twice are not more of them.
    const twice = [1, 1].map((list) => ({ list, ids: many.slice(0, 6000) }))
    expect([...(await knownIn(parcel(twice, whole), older)).keys()]).toEqual([group(1), group(2)])
  })

  it('are not those of a parcel that lacks some', async () => {
    expect((await knownIn(parcel([{ list: 1, ids: [1] }], { complete: false, mode: 'full' }))).size).toBe(0)
  })
})

it.each([
  undefined,
  '',
  'null',
  '{"version":1',
  '{"version":2,"startedAt":"x","streams":{}}',
  '{"version":1,"startedAt":5,"streams":null}',
])('a state or manifest that cannot be relied on tells nothing: %s', (text) => {
  expect([parseState(text), parseManifest(text)]).toEqual([undefined, undefined])
})
