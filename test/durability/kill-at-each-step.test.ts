import { cpSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readMetrics } from '../../src/metric/metrics-file.ts'
import { readLedger } from '../../src/ledger/ledger.ts'
import { systemFiles } from '../../src/system/files.ts'
import { type Fault, Killed, breakingFiles } from '../support/breaking-files.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type TestDataset, testDataset } from '../support/test-dataset.ts'

const hour = 3_600_000

interface Scene {
  name: string
  config: string
  /** The state before the run that is killed. */
  prepare(test: TestDataset): Promise<void> | void
  /** Bytes of a whole parcel. */
  whole: string[]
}

const scenes: Scene[] = [
  {
    name: 'a command that writes a file',
    config: `interval = "1 hour"\nkeep = 2\ncmd = "echo '[1]' > $PARCEL_PATH.json"\nmetrics.lines.cmd = "wc -l < $PARCEL_PATH"`,
    prepare: exportTwice,
    whole: ['[1]\n'],
  },
  {
    name: 'a command that prints',
    config: `interval = "1 hour"\nkeep = 2\ncmd = "echo '[1]'"\nstdout = "json"`,
    prepare: exportTwice,
    whole: ['[1]\n'],
  },
  {
    name: 'a command that makes a folder',
    config: `interval = "1 hour"\nkeep = 2\ncmd = "mkdir -p $PARCEL_PATH/in && echo a > $PARCEL_PATH/in/a && echo b > $PARCEL_PATH/b"`,
    prepare: exportTwice,
    whole: ['b|in/a'],
  },
  {
    name: 'an ingest',
    config: `ingest.paths = ["inbox/*.json"]\ningest.time_source = "mtime"`,
    prepare: (test) => {
      mkdirSync(join(test.folder, 'inbox'))
      const path = join(test.folder, 'inbox/tasks.json')
      writeFileSync(path, '[1]\n')
      utimesSync(path, new Date('2026-02-01'), new Date('2026-02-01'))
    },
    whole: ['[1]\n'],
  },
]

/** Makes the next run export and prune. */
async function exportTwice(test: TestDataset): Promise<void> {
  for (let count = 0; count < 3; count++) {
    const { exported } = await test.run()
    expect(exported).toMatchObject({ event: 'sealed', state: 'good' })
    test.clock.advance(hour)
  }
}

/** Makes datasets that are as the scene's run finds them, each in a folder of its own: prepared once, then copied. */
async function preparing({ config, prepare }: Scene): Promise<(step: number) => TestDataset> {
  const root = temporaryFolder()
  const prepared = testDataset(config, 'prepared', root)
  await prepare(prepared)
  return (step) => {
    const copy = testDataset(config, `dataset-${step}`, root)
    cpSync(prepared.folder, copy.folder, { recursive: true, preserveTimestamps: true })
    copy.clock.advance(prepared.clock.now().getTime() - copy.clock.now().getTime())
    return copy
  }
}

/** Every entry of data/ is a whole parcel, and both files of records can be read. */
function expectNothingTorn(test: TestDataset, whole: readonly string[]): void {
  for (const name of test.names('data'))
    expect(whole, `data/${name}`).toContain(contentOf(join(test.folder, 'data', name)))
  readMetrics(systemFiles, join(test.folder, 'metrics.csv'))
  readLedger(systemFiles, join(test.folder, 'ledger.ndjson'))
}

function contentOf(path: string): string {
  if (systemFiles.info(path)?.kind === 'file') return systemFiles.readText(path)!
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files
    .map((file) => join(file.parentPath, file.name).slice(path.length + 1))
    .sort()
    .join('|')
}

/** Runs with a fault; true when the run was killed by it. */
async function runUntil(test: TestDataset, fault: Fault): Promise<boolean> {
  try {
    await test.run({}, { ...test.system, files: breakingFiles(fault).files })
    return false
  } catch (error) {
    if (error instanceof Killed) return true
    throw error
  }
}

describe.each(scenes)('a run killed at any step of $name', (scene) => {
  it.each(['kill', 'kill half-way'] as const)('tears nothing, and the next run needs no help (%s)', async (how) => {
    const prepared = await preparing(scene)
    let steps = 0
    for (let step = 1; ; step++) {
      const test = prepared(step)
      const before = test.history().parcels.filter(({ state }) => state === 'good').length
      const killed = await runUntil(test, (at) => (at === step ? how : 'go on'))
      if (!killed) {
        steps = step - 1
        break
      }
      expectNothingTorn(test, scene.whole)
      // An hour later: whatever the killed run managed to do, the next one has something to do.
      test.clock.advance(hour)
      const next = await test.run()
      expect(next.problems, `after a kill at step ${step}`).toEqual([])
      expectNothingTorn(test, scene.whole)
      const { parcels, newest } = test.history()
      expect(newest?.state).toBe('good')
      expect(parcels.filter(({ state }) => state === 'unfinished' || state === 'gone')).toEqual([])
      expect(test.names('incomplete')).toEqual([])
      if (scene.name === 'an ingest') {
        expect(test.names('data')).toHaveLength(1)
        expect(readdirSync(join(test.folder, 'inbox'))).toEqual([])
      } else expect(test.names('data').length).toBeGreaterThanOrEqual(Math.min(before, 2))
      const rows = readMetrics(systemFiles, join(test.folder, 'metrics.csv')).rows
      for (const { id } of parcels) expect(rows.has(id), `metrics of ${id}`).toBe(true)
      expect(readdirSync(test.folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
      rmSync(test.folder, { recursive: true })
    }
    expect(steps).toBeGreaterThan(8)
  })
})

describe.each(scenes)('a disk that refuses any step of $name', (scene) => {
  it.each(['ENOSPC', 'EACCES', 'EIO'])('gives a clear error (%s) and loses nothing', async (code) => {
    const prepared = await preparing(scene)
    for (let step = 1; ; step++) {
      const test = prepared(step)
      let refused = ''
      const { files } = breakingFiles((at, name) => {
        if (at !== step) return 'go on'
        refused = name
        return { refuse: code }
      })
      const outcome = await test.run({}, { ...test.system, files })
      if (refused === '') break
      const said = JSON.stringify([outcome.problems, outcome.exported])
      // A temporary file that cannot be removed is no failure of the run.
      expect(said, `${code} at ${refused}`).toMatch(/disk is full|permission denied|input\/output error/)
      expectNothingTorn(test, scene.whole)
      test.clock.advance(hour)
      const next = await test.run()
      expect(next.problems, `after ${code} at ${refused}`).toEqual([])
      expect(test.history().newest?.state).toBe('good')
      expect(test.history().parcels.filter(({ state }) => state === 'gone')).toEqual([])
      rmSync(test.folder, { recursive: true })
    }
  })
})
