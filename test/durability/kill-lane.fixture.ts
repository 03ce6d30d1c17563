import { existsSync, readFileSync, readdirSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { day, type CliRoot } from '../support/cli.ts'
import { killProcess } from '../support/kill.ts'

// Each content names its parcel at its beginning and at its end, so that a torn one, or one of another parcel, is noticed.
// The pauses spread the moments at which a kill can strike.
const begin = `echo $$ >> $DATASET_PATH/pids;`
const print = `printf '["%s",' $PARCEL_ID; sleep 0.01; printf '"%s"]' $PARCEL_ID`
const exports = [
  `cmd = '''${begin} ${print}'''\nstdout = "json"`,
  `cmd = '''${begin} ${print}'''\nstdout = "json"\ncompress = "gzip"`,
  `cmd = '''${begin} (${print}) > $PARCEL_PATH.json'''\nmetrics.size.cmd = "wc -c < $PARCEL_PATH"`,
  `cmd = '''${begin} mkdir -p $PARCEL_PATH/in; printf $PARCEL_ID > $PARCEL_PATH/in/a; sleep 0.01; printf $PARCEL_ID > $PARCEL_PATH/b'''`,
]
const firstIngest = Date.UTC(2020, 0, 1)

/** A root with a dataset that is due every second, and one that ingests what is delivered. */
export interface KillLane {
  /** Puts a new file into the inbox. */
  deliver(): void
  /** Ends the commands that a killed run has left, as a crash of the machine would. */
  killCommands(): void
  /** Bytes in all ledgers: they grow when a run has got to its work. */
  progress(): number
  /** Every parcel is whole and its own, every table of metrics too, and no delivered file has vanished. */
  expectNothingTorn(): void
  /** Nothing lies about that only a broken-off run would leave. */
  expectTidy(): void
}

const names = ['export', 'ingest']

/**
 * @param number Lanes of different numbers export, and name what they ingest, in different ways.
 * @param inbox The folder to ingest from.
 */
export function openKillLane(root: CliRoot, number: number, inbox: string): KillLane {
  let delivered = 0
  root.write('export/config.toml', `${exports[number % exports.length]}\ninterval = "1 second"\nkeep = 3\n`)
  const source = number % 3 === 0 ? 'now' : 'mtime'
  root.write('ingest/config.toml', `ingest.paths = "${inbox}/*"\ningest.time_source = "${source}"\n`)
  return {
    deliver() {
      const time = new Date(firstIngest + delivered * day)
      // A name with a dot is not seen, so the file appears whole and with its time.
      const hidden = join(inbox, `.${delivered}`)
      writeFileSync(hidden, `["${delivered}","${delivered}"]`)
      utimesSync(hidden, time, time)
      renameSync(hidden, join(inbox, `${delivered}.json`))
      delivered += 1
    },
    killCommands() {
      for (const name of names) {
        const path = join(root.path, name, 'pids')
        if (!existsSync(path)) continue
        for (const group of readFileSync(path, 'utf8').split('\n')) if (group !== '') killProcess(-Number(group))
        writeFileSync(path, '')
      }
    },
    progress: () => names.reduce((sum, name) => sum + sizeOf(join(root.path, name, 'ledger.ndjson')), 0),
    expectNothingTorn() {
      for (const name of names) {
        expect(root.names(name), name).toContain('config.toml')
        for (const parcel of root.names(`${name}/data`)) expectWhole(join(root.path, name, 'data'), parcel)
        if (root.names(name).includes('metrics.csv')) expectWholeTable(root.read(`${name}/metrics.csv`))
      }
      const texts = (folder: string): string[] =>
        readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
      const stored = root.names('ingest').includes('data') ? texts(join(root.path, 'ingest/data')) : []
      expect(new Set(stored).size, 'parcels that lie in data/ twice').toBe(stored.length)
      expect(new Set([...stored, ...texts(inbox)]).size, `files that were delivered; ${stored.length} are stored`).toBe(
        delivered,
      )
    },
    expectTidy() {
      for (const name of names) {
        expect(root.names(`${name}/incomplete`), `${name}/incomplete`).toEqual([])
        const all = readdirSync(join(root.path, name), { recursive: true, encoding: 'utf8' })
        expect(all.filter((path) => path.endsWith('.tmp'))).toEqual([])
      }
      expect(readdirSync(inbox), inbox).toEqual([])
    },
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function expectWhole(folder: string, name: string): void {
  const path = join(folder, name)
  const id = name.slice(0, 18)
  if (!name.includes('.')) {
    const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()
    expect(files, path).toEqual(['b', 'in', 'in/a'])
    for (const file of ['b', 'in/a']) expect(readFileSync(join(path, file), 'utf8'), path).toBe(id)
    return
  }
  const bytes = readFileSync(path)
  const [first, last, ...more] = JSON.parse((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()) as string[]
  expect([last, ...more], path).toEqual([first])
  if (!path.includes('/ingest/')) expect(first, path).toBe(id)
}

function expectWholeTable(text: string): void {
  expect(text.endsWith('\r\n')).toBe(true)
  const rows = text
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','))
  const [head, ...others] = rows
  expect(head!.slice(0, 4)).toEqual(['parcel_id', 'success', 'files', 'bytes'])
  for (const row of others) {
    expect(row, text).toHaveLength(head!.length)
    expect(row[0]).toMatch(/^\d{4}-\d\d-\d\dT\d{6}Z$/)
    expect(['Y', 'N']).toContain(row[1])
  }
}
