import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { breakingFiles } from '../../test/support/breaking-files.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { parcelIdAt } from '../parcel/id.ts'
import { systemFiles } from '../system/files.ts'
import {
  type MetricRow,
  emptyMetrics,
  fixedColumns,
  formatMetrics,
  measuredParcels,
  parseMetrics,
  readMetrics,
  readMetricsIfWhole,
  updateMetrics,
  withRows,
} from './metrics-file.ts'

const first = '2026-03-01T060000Z'
const second = '2026-03-02T060000Z'
const third = '2026-03-03T060000Z'
const row = (id: string, more: Record<string, string> = {}): MetricRow => ({
  parcel_id: id,
  success: 'Y',
  files: '1',
  bytes: '4',
  ...more,
})

const arbitraryRows = fc.uniqueArray(
  fc.record({
    time: fc.integer({ min: 0, max: 4e9 }),
    cells: fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.string({ unit: 'grapheme' }), { maxKeys: 3 }),
  }),
  { selector: ({ time }) => time, maxLength: 8 },
)

function rowsOf(values: { time: number; cells: Record<string, string> }[]): MetricRow[] {
  return values.map(({ time, cells }) => ({ ...cells, ...row(parcelIdAt(new Date(time * 1000))) }))
}

describe('the table', () => {
  it('comes back from the file as it was, sorted by parcel', () => {
    fc.assert(
      fc.property(arbitraryRows, (values) => {
        const rows = rowsOf(values)
        const table = withRows(parseMetrics('', 'metrics.csv'), rows)
        const read = parseMetrics(formatMetrics(table), 'metrics.csv')
        expect(read.columns).toEqual(table.columns)
        expect(read.columns.slice(0, 4)).toEqual([...fixedColumns])
        expect([...read.rows.keys()]).toEqual(rows.map((written) => written['parcel_id']!).sort())
        for (const written of rows) {
          const found = read.rows.get(written['parcel_id']!)!
          for (const column of read.columns) expect(found[column]).toBe(written[column] ?? '')
        }
      }),
    )
  })

  it('is read the same from lines in any order, however they end', () => {
    const breaks = fc.constantFrom('\n', '\r\n', '\r', '\n\n')
    fc.assert(
      fc.property(arbitraryRows, breaks, fc.boolean(), fc.boolean(), (values, lineBreak, isEnded, isSorted) => {
        const rows = rowsOf(values)
        if (isSorted) rows.sort((a, b) => (a['parcel_id']! < b['parcel_id']! ? -1 : 1))
        const ids = rows.map((written) => written['parcel_id']!)
        const lines = rows.map((written) => fixedColumns.map((column) => written[column]).join(','))
        const text = [emptyMetrics, ...lines].join(lineBreak) + (isEnded ? lineBreak : '')
        const read = parseMetrics(text, 'metrics.csv')
        expect(read.columns).toEqual([...fixedColumns])
        expect([...read.rows.keys()]).toEqual(ids)
        expect(measuredParcels(read)).toEqual(ids.toSorted())
        for (const { parcel_id: id } of rows) expect(read.rows.get(id!)).toEqual(row(id!))
        expect([...read.rows]).toEqual(ids.map((id) => [id, row(id)]))
        expect(read.rows.get('2261-01-01T000000Z')).toBeUndefined()
      }),
    )
  })

  it('is the same, whatever the order in which rows came', () => {
    fc.assert(
      fc.property(arbitraryRows, fc.nat(), (values, at) => {
        const rows = rowsOf(values)
        const empty = parseMetrics('', 'x')
        const split = at % (rows.length + 1)
        const inTwo = withRows(withRows(empty, rows.slice(0, split)), rows.slice(split))
        expect(formatMetrics(inTwo)).toBe(formatMetrics(withRows(empty, rows)))
      }),
    )
  })

  it('gets a new metric as a column at the end, with empty cells for the parcels before', () => {
    const before = withRows(parseMetrics('', 'x'), [row(first, { tasks: '3' })])
    const after = withRows(before, [row(second, { users: '2', tasks: '4' })])
    expect(formatMetrics(after).split('\r\n')).toEqual([
      'parcel_id,success,files,bytes,tasks,users',
      `${first},Y,1,4,3,`,
      `${second},Y,1,4,4,2`,
      '',
    ])
  })

  it('replaces the row of a parcel as a whole, and leaves the rows of others', () => {
    const before = withRows(parseMetrics('', 'x'), [row(first, { tasks: '3' }), row(second, { tasks: '4' })])
    const after = withRows(before, [{ parcel_id: first, success: 'N' }])
    expect(after.columns).toEqual(before.columns)
    expect(formatMetrics(after).split('\r\n').slice(1, 3)).toEqual([`${first},N,,,`, `${second},Y,1,4,4`])
  })

  it('keeps a column that no row has any more, and rows of parcels that are gone', () => {
    const text = `parcel_id,success,files,bytes,old\r\n${first},Y,1,4,9\r\n`
    const after = withRows(parseMetrics(text, 'x'), [row(third), row(second)])
    expect(after.columns).toContain('old')
    expect([...after.rows.keys()]).toEqual([first, second, third])
  })
})

describe('metrics.csv', () => {
  const newFile = (text?: string): string => {
    const path = join(temporaryFolder(), 'metrics.csv')
    if (text !== undefined) writeFileSync(path, text)
    return path
  }

  it('that is missing, empty or new has no rows, and export_manager’s columns', () => {
    for (const path of [newFile(), newFile(''), newFile(emptyMetrics), newFile(`${emptyMetrics}\n`)]) {
      const { columns, rows } = readMetrics(systemFiles, path)
      expect([columns, rows.size]).toEqual([['parcel_id', 'success', 'files', 'bytes'], 0])
    }
  })

  it('grows from the line without an end that a new dataset has', async () => {
    const path = newFile(emptyMetrics)
    await updateMetrics(systemFiles, path, [row(first)])
    expect(readFileSync(path, 'utf8')).toBe(`parcel_id,success,files,bytes\r\n${first},Y,1,4\r\n`)
  })

  it.each([
    ['another first column', `id,success\r\n${first},Y\r\n`, 'its first column is not parcel_id'],
    ['a row cut off in its id', `parcel_id,success\r\n2026-03-0`, '"2026-03-0" is not a parcel id'],
    ['a parcel that stands twice', `parcel_id,success\r\n${first},Y\r\n${first},N\r\n`, `${first} stands in it twice`],
    ['a quote that is not closed', `parcel_id,success\r\n${first},"Y\r\n`, 'a quote that is not closed'],
    ['zeros', '\0\0\0\0\0', 'its first column is not parcel_id'],
  ])('with %s is damaged, and stays as it is', async (_, text, reason) => {
    const path = newFile(text)
    expect(readMetricsIfWhole(systemFiles, path)).toBeUndefined()
    await expect(updateMetrics(systemFiles, path, [row(second)])).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(reason) as string,
      hint: expect.stringContaining('metrics recompute') as string,
    })
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  it('with short rows is read with empty cells', () => {
    const { rows } = parseMetrics(`parcel_id,success,files,bytes\n${first},N\n`, 'x')
    expect(rows.get(first)).toEqual({ parcel_id: first, success: 'N', files: '', bytes: '' })
  })

  it('is not touched when there is nothing to say', async () => {
    const path = newFile('damaged')
    await updateMetrics(systemFiles, path, [])
    expect(readFileSync(path, 'utf8')).toBe('damaged')
  })

  it.each([1, 2, 3, 4])('is the old one when the disk is full at step %i', async (step) => {
    const path = newFile()
    await updateMetrics(systemFiles, path, [row(first)])
    const { files } = breakingFiles((at) => (at === step ? { refuse: 'ENOSPC' } : 'go on'))
    await expect(updateMetrics(files, path, [row(second)])).rejects.toMatchObject({ code: 'no-space' })
    expect([...readMetrics(systemFiles, path).rows.keys()]).toEqual([first])
  })
})
