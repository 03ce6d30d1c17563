import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'
import { lineOf } from '../../ledger/entry.ts'
import type { LedgerEvent } from '../../ledger/event.ts'
import { formatCsv } from '../../metric/csv.ts'
import { parcelIdAt } from '../../parcel/id.ts'
import { dayMs } from '../../system/duration.ts'
import { tablesFormat } from '../../view/store/contents.ts'
import type { ViewState } from '../../view/store/state.ts'

/** One export. */
export interface Attempt {
  state: 'good' | 'suspect' | 'failed'
  /** Of the parcel. Default: 1000. */
  bytes?: number
  /** What it holds; the same text has the same hash. Default: another each time. */
  text?: string
  /** More cells of metrics.csv. */
  metrics?: Record<string, string>
  /** By stream of a REST source. */
  newest?: Record<string, string>
}

const reason = 'exit status 1: no token'

/** A dataset with one export a day, the last of them an hour before now. @param more Further lines of the ledger. */
export function storedHistory(
  config: string,
  attempts: readonly Attempt[],
  more: readonly LedgerEvent[] = [],
  test: TestDataset = testDataset(config),
): TestDataset {
  test.configure(config)
  mkdirSync(join(test.folder, 'data'), { recursive: true })
  const lines: string[] = []
  const columns = ['parcel_id', 'success', 'files', 'bytes', ...Object.keys(attempts.at(-1)?.metrics ?? {})]
  const rows = attempts.map(({ state, bytes = 1000, text = '', metrics = {}, newest }, index) => {
    const at = new Date(test.clock.now().getTime() - 3_600_000 - (attempts.length - 1 - index) * dayMs)
    const parcel = parcelIdAt(at)
    const sha256 = createHash('sha256')
      .update(text === '' ? parcel : text)
      .digest('hex')
    lines.push(lineOf(at, { event: 'started', parcel, by: 'export', pid: 1, host: 'h' }))
    if (state === 'failed') {
      lines.push(lineOf(at, { event: 'failed', parcel, code: 'command-failed', reason, tries: 1, durationMs: 5 }))
      return { parcel_id: parcel, success: 'N' }
    }
    const doubts = state === 'suspect' ? { doubts: ['it is small'] } : {}
    const name = `${parcel}.json`
    lines.push(
      lineOf(at, {
        event: 'sealed',
        parcel,
        state,
        name,
        files: 1,
        bytes,
        sha256,
        ...(newest === undefined ? {} : { newest }),
        ...doubts,
      }),
    )
    writeFileSync(join(test.folder, 'data', name), 'x'.repeat(bytes))
    return { parcel_id: parcel, success: 'Y', files: '1', bytes: String(bytes), ...metrics }
  })
  lines.push(...more.map((event) => lineOf(test.clock.now(), event)))
  const table = rows.map((row: Record<string, string>) => columns.map((column) => row[column] ?? ''))
  writeFileSync(join(test.folder, 'metrics.csv'), formatCsv([columns, ...table]))
  writeFileSync(join(test.folder, 'ledger.ndjson'), lines.map((line) => `${line}\n`).join(''))
  return test
}

/** So many good parcels. */
export function goodOnes(count: number, of: (index: number) => Partial<Attempt> = () => ({})): Attempt[] {
  return Array.from({ length: count }, (_, index) => ({ state: 'good', ...of(index) }))
}

/** What a run has said of a view. */
export function storeView(test: TestDataset, view: string, state: Partial<ViewState>): void {
  const folder = join(test.folder, '.cache/views', view)
  mkdirSync(join(folder, 'tables/t'), { recursive: true })
  writeFileSync(join(folder, 'current'), 'tables/t\n')
  const { parcels } = test.history()
  const usual = { items: 1, errors: 0, gaps: [], drift: [], from: parcels[0]?.id, to: parcels.at(-1)?.id }
  writeFileSync(
    join(folder, 'tables/t/view.json'),
    JSON.stringify({ format: tablesFormat, state: { ...usual, ...state }, files: {} }),
  )
}
