import { mkdirSync, writeFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { LiveAccount } from '../simulator/service/live-account.ts'
import { oracleOf } from '../simulator/service/oracle.ts'
import type { Item } from '../simulator/item.ts'
import { cliRoot, type CliRoot, type Ended, until } from '../support/cli.ts'
import { type ReadParcel, readParcels } from '../support/records.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

export interface PresetUse {
  template: string
  /** What a user changes, and the address of the simulated service: text of the preset, and what stands there instead. */
  changes: Readonly<Record<string, string>>
  /** By name, in `~/.secrets`. */
  secrets: Readonly<Record<string, string>>
  /** Streams that the simulated service does not have. */
  without?: readonly string[]
}

export interface Preset {
  root: CliRoot
  edit(from: string, to: string): void
  run(): Promise<Ended>
  parcels(): Promise<ReadParcel[]>
}

/** Makes a dataset as a user would: `init`, look whether it is valid as it is, change what it says is to be changed. */
export async function usePreset({ template, changes, secrets, without = [] }: PresetUse): Promise<Preset> {
  const home = temporaryFolder()
  mkdirSync(`${home}/.secrets`)
  for (const [name, secret] of Object.entries(secrets)) writeFileSync(`${home}/.secrets/${name}`, `${secret}\n`)
  const root = cliRoot({ HOME: home })
  const edit = (from: string, to: string): void => {
    const text = root.read('it/config.toml')
    expect(text, `the preset ${template}`).toContain(from)
    root.write('it/config.toml', text.replaceAll(from, to))
  }
  expect(await root.cli('init', 'it', '--template', template)).toMatchObject({ status: 0, stderr: '' })
  expect(await root.cli('config', 'validate')).toMatchObject({ status: 0, stderr: '' })
  for (const [from, to] of Object.entries(changes)) edit(from, to)
  const streams = root.read('it/config.toml').split(/^(?=\[\[source\.streams\]\])/m)
  const kept = streams.filter((text) => !without.some((name) => text.includes(`\nname = "${name}"`)))
  expect(streams.length - kept.length).toBe(without.length)
  const text = kept.join('')
  // The simulated service takes any number of requests, and its day is over in no time.
  root.write(
    'it/config.toml',
    text.replace(/^interval = "[^"]*"/m, 'interval = "1s"').replace(/^limits = .*$/m, 'limits = { parallel = 2 }'),
  )
  let lastRun = 0
  return {
    root,
    edit,
    async run() {
      // A second run is due, and its parcel has another name, a second later.
      await until(() => Date.now() - lastRun > 1100)
      const ended = await root.cli('run')
      lastRun = Date.now()
      return ended
    },
    parcels: () => readParcels(root.path, 'it'),
  }
}

/** The secrets are in nothing that a run leaves behind, or says. */
export function expectNoSecret(preset: Preset, said: readonly Ended[], secrets: readonly string[]): void {
  const log = preset.root.names('it/log').map((name) => preset.root.read(`it/log/${name}`))
  const journals = preset.root.names('it/data').map((id) => preset.root.read(`it/data/${id}/requests.ndjson`))
  const all = [...log, ...journals, ...said.map(({ stdout, stderr }) => stdout + stderr)].join('\n')
  for (const secret of secrets) expect(all).not.toContain(secret)
}

/** Lets a day go by, and does what a user may do in it. */
export function liveOn(account: LiveAccount): { from: Date; to: Date } {
  const from = account.now
  account.advanceTo(new Date(from.getTime() + 86_400_000))
  account.add(7)
  for (const { id } of account.listed().slice(10, 20)) account.edit(id)
  account.remove(account.listed()[30]!.id)
  account.unsave(account.listed()[40]!.id)
  return { from, to: account.now }
}

/** Items that were created, edited or listed again in a while, and are listed at its end. */
export function changedItems(
  account: LiveAccount,
  { from, to }: { from: Date; to: Date },
  kinds: readonly ('created' | 'edited' | 'returned')[],
): Item[] {
  const oracle = oracleOf(account)
  const changes = oracle.changedBetween(new Date(from.getTime() + 1), to)
  return oracle.shownAt(to).filter(({ id }) => kinds.some((kind) => changes[kind].has(id)))
}

/** Compares as sets: a page may come twice. */
export function expectRecords(
  records: readonly Record<string, unknown>[] | undefined,
  expected: readonly Record<string, unknown>[],
  how: 'just' | 'at least' = 'just',
): void {
  const fields = Object.keys(expected[0] ?? {})
  const texts = new Set(
    records!.map((record) => JSON.stringify(Object.fromEntries(fields.map((name) => [name, record[name]])))),
  )
  const wanted = new Set(expected.map((record) => JSON.stringify(record)))
  const missing = [...wanted].filter((text) => !texts.has(text))
  expect(missing).toEqual([])
  if (how === 'just') expect([...texts].filter((text) => !wanted.has(text))).toEqual([])
}
