import * as fs from 'node:fs'
import { join } from 'node:path'
import { type MockInstance, afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { memoryGrowth } from '../../test/servers/watch-processes.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { openExportLogs } from '../dataset/export-logs.ts'
import { expectUnsiloError } from '../errors.ts'
import { type Layout, layoutOf, logsOf } from '../parcel/layout.ts'
import { type FinishedParcel, type StagedParcel, stageParcel } from '../parcel/staged.ts'
import { systemFiles } from '../system/files.ts'
import type { ExportNotes, Source } from './source.ts'

/** What a source is tried on. */
export interface ContractSubject {
  /** Opens the source; there are some bytes for it to export, and nothing is wrong. */
  open(): Source
  /** From now on exports fail, for a reason that a user can act on: what is exported is gone, refuses, or breaks off. */
  fail(): Promise<void> | void
  /** Nothing is wrong any more. */
  mend(): Promise<void> | void
  /** Opens a source that gives at least so many bytes, or the reason why there is none. */
  openLarge: ((bytes: number) => Promise<Source> | Source) | { skipped: string }
}

const id = '2026-03-01T060000Z'

/**
 * What every kind of source has to do. Call it inside a `describe`; `start` makes a subject for one test.
 *
 * @param start Gets the folder of the dataset, where relative paths start.
 */
export function sourceContract(start: (datasetPath: string) => Promise<ContractSubject> | ContractSubject): void {
  let prints: MockInstance[] = []
  beforeEach(() => {
    prints = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write'))
    prints.push(...(['log', 'info', 'warn', 'error', 'debug'] as const).map((name) => vi.spyOn(console, name)))
  })
  afterEach(() => {
    const printed = prints.flatMap((print) => print.mock.calls.map(String))
    for (const print of prints) print.mockRestore()
    expect(printed, 'a source never prints').toEqual([])
  })

  it('gives a whole parcel', async () => {
    const bench = await openBench(start)
    const { finished } = await bench.export(bench.subject.open())
    expect(finished?.manifest.bytes).toBeGreaterThan(0)
    expect(finished?.stored.others).toEqual([])
  })

  it('writes only into its staged parcel and its logs', async () => {
    const bench = await openBench(start)
    const before = bench.names()
    await bench.export(bench.subject.open())
    const added = bench.names().filter((name) => !before.includes(name))
    const foreign = added.filter((name) => !name.startsWith(`incomplete/${id}`) && !name.startsWith(`log/${id}.`))
    expect(foreign).toEqual([])
    expect(added.length).toBeGreaterThan(0)
  })

  it('fails with an error that says what to do, and leaves nothing in data/', async () => {
    const bench = await openBench(start)
    await bench.subject.fail()
    const error = expectUnsiloError(await bench.failure(bench.subject.open()))
    expect(error.message).toMatch(/^\S.*\S$/s)
    expect(error.hint).toMatch(/\S/)
    expect(bench.names().filter((name) => name.startsWith('data/'))).toEqual([])
  })

  it('succeeds when it is tried again, and nothing of the failed try is in the parcel', async () => {
    const bench = await openBench(start)
    const source = bench.subject.open()
    await bench.subject.fail()
    await bench.failure(source)
    await bench.subject.mend()
    if (!source.resumes) await bench.staged.clear()
    const again = await bench.export(source)
    const fresh = await openBench(start)
    const { finished } = await fresh.export(fresh.subject.open())
    expect(again.finished?.manifest.files).toBe(finished?.manifest.files)
  })

  it('can be opened before there is anything to export', async () => {
    const bench = await openBench(start)
    await bench.subject.fail()
    const source = bench.subject.open()
    await bench.subject.mend()
    expect((await bench.export(source)).finished?.manifest.bytes).toBeGreaterThan(0)
  })

  it('does not begin after an interrupt', async () => {
    const bench = await openBench(start)
    bench.abort()
    expectInterrupted(await bench.outcome(bench.subject.open()))
  })

  it('ends soon after an interrupt', async ({ skip }) => {
    const bench = await openBench(start)
    const { openLarge } = bench.subject
    if ('skipped' in openLarge) return skip(openLarge.skipped)
    const source = await openLarge(20_000_000_000)
    const running = bench.outcome(source)
    await expect.poll(() => bench.staged.bytesSoFar(), { timeout: 60_000 }).toBeGreaterThan(0)
    bench.abort()
    // To its end, the export would take far longer than a test may.
    expectInterrupted(await running)
    expect(bench.names().filter((name) => name.startsWith('data/'))).toEqual([])
  })

  it('needs no more memory for more data', async ({ skip }) => {
    const bench = await openBench(start)
    const { openLarge } = bench.subject
    if ('skipped' in openLarge) return skip(openLarge.skipped)
    const source = await openLarge(250_000_000)
    const growth = await memoryGrowth(async () => {
      expect((await bench.export(source)).finished).toBeDefined()
    })
    expect(growth).toBeLessThan(150_000_000)
  })
}

type Outcome = { notes: ExportNotes } | { error: unknown }

/** An export that can go on later may be parked instead of failing. */
function expectInterrupted(outcome: Outcome): void {
  if ('error' in outcome) expect(expectUnsiloError(outcome.error).code).toBe('cancelled')
  else expect(outcome.notes.parked?.code).toBe('cancelled')
}

interface Bench {
  subject: ContractSubject
  staged: StagedParcel
  /** Exports to the end, and checks what came. */
  export(source: Source): Promise<{ notes: ExportNotes; finished: FinishedParcel | undefined }>
  outcome(source: Source): Promise<Outcome>
  /** The error that an export, or the check of what came, ends with. */
  failure(source: Source): Promise<unknown>
  abort(): void
  /** Everything in the folder of the dataset. */
  names(): string[]
}

async function openBench(start: (datasetPath: string) => Promise<ContractSubject> | ContractSubject): Promise<Bench> {
  const layout: Layout = layoutOf(temporaryFolder())
  for (const folder of [layout.data, layout.incomplete, layout.log]) fs.mkdirSync(folder)
  const subject = await start(layout.folder)
  const logs = await openExportLogs(systemFiles, logsOf(layout, id))
  onTestFinished(() => logs.close())
  const controller = new AbortController()
  const { signal } = controller
  const staged = stageParcel(systemFiles, layout, id, { compress: 'none', signal })
  const run = (source: Source): Promise<ExportNotes> =>
    source.export(staged, { parcelId: id, datasetPath: layout.folder, logs, signal, earlier: [] })
  const exported: Bench['export'] = async (source) => {
    const notes = await run(source)
    expect(notes.parked).toBeUndefined()
    return { notes, finished: await staged.finish() }
  }
  return {
    subject,
    staged,
    export: exported,
    outcome: (source) =>
      run(source).then(
        (notes) => ({ notes }),
        (error: unknown) => ({ error }),
      ),
    failure: async (source) => {
      const result = await exported(source).catch((error: unknown) => ({ error }))
      if ('error' in result) return result.error
      throw new Error(`it did not fail: ${JSON.stringify(result.notes)}`)
    },
    abort: () => controller.abort(),
    names: () =>
      fs
        .readdirSync(layout.folder, { recursive: true, withFileTypes: true })
        .map((entry) => join(entry.parentPath, entry.name).slice(layout.folder.length + 1)),
  }
}
