import * as fc from 'fast-check'
import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { textTable, wrapText } from './table.ts'
import type { DatasetReport, Report } from './report.ts'
import { reportText } from './text.ts'
import { type Health, healthStates } from './warnings.ts'

const plain = pc.createColors(false)
const hour = 3_600_000

function dataset(name: string, health: Health = 'good', more: Partial<DatasetReport> = {}): DatasetReport {
  return {
    dataset: name,
    path: `/exports/${name}`,
    health,
    warnings:
      health === 'good' || health === 'idle' || health === 'running'
        ? []
        : [{ health, cause: 'broken', severity: 'error', message: `the ${health} message`, hint: 'Do this.' }],
    judgements: [],
    lastSuccess: { parcel: '2026-03-01T060000Z', at: '2026-03-01T06:00:00.000Z', ageMs: 5 * hour },
    goodParcels: 3,
    copies: undefined,
    due: '',
    nextAt: undefined,
    growthPerDay: 0,
    metrics: {
      parcels: [
        { parcel: '2026-03-01T060000Z', ageDays: 0 },
        { parcel: '2026-02-20T060000Z', ageDays: 9 },
        { parcel: '2025-08-01T060000Z', ageDays: 212 },
      ],
      metrics: [
        { name: 'files', values: ['1', '1', '1'] },
        { name: 'bytes', values: ['1000000', '900000', '1000000'] },
      ],
    },
    ...more,
  }
}

function text(...datasets: DatasetReport[]): string {
  const report: Report = { at: '2026-03-01T11:00:00.000Z', datasets, warned: 0, root: { warnings: [] } }
  return reportText(report, plain)
}

describe('the report on a terminal', () => {
  it('has one line for each good dataset, and says how much it has changed', () => {
    const said = text(dataset('todoist'), dataset('github'), dataset('reddit'))
    expect(said.split('\n')).toHaveLength(2 + 4 + 1)
    expect(said).toMatch(/^3 datasets: 3 good {2}2026-03-01 11:00 UTC\n\n/)
    expect(said).toMatch(/✓ {2}todoist {2}good {3}5 hours ago {3}1\.0 MB {2}\+11 % {10}=\n/)
  })

  it('adds the warnings of the bad ones, each with what to do', () => {
    const said = text(dataset('todoist', 'failing'), dataset('github'))
    expect(said).toContain('2 datasets: 1 failing, 1 good')
    expect(said).toContain('todoist: the failing message\n  → Do this.\n')
    expect(said).not.toContain('github:')
  })

  it('adds a dataset’s own metrics, and the number of files only where it is not always one', () => {
    expect(text(dataset('todoist'))).not.toContain('METRICS')
    const { metrics } = dataset('x')
    const own = { ...metrics!, metrics: [...metrics!.metrics, { name: 'tasks', values: ['42', '40', ''] }] }
    const said = text(dataset('todoist', 'good', { metrics: own }))
    expect(said).toMatch(/METRICS {5} +NOW {2}WEEK AGO {2}HALF-YEAR AGO\n/)
    expect(said).toMatch(/todoist {2}tasks {3}42 {8}40\n/)
    expect(said).not.toContain('files')
  })

  it('says where to begin when there is nothing', () => {
    expect(text()).toBe('There are no datasets here. `unsilo init NAME` makes one.\n')
  })

  it('leaves empty what is not known', () => {
    const said = text(dataset('todoist', 'idle', { lastSuccess: undefined, metrics: undefined }))
    expect(said).toMatch(/·  todoist {2}idle {3}never\n/)
  })

  it('tells all places of the copies, in as many lines as that takes', () => {
    const places = ['vault', 'cloud-storage-frankfurt', 'nas-in-the-cellar'].map((target) => ({ target, ok: true }))
    const copies = { parcel: '2026-03-01T060000Z', count: 3, places, lacking: ['attic'], unpublished: [] }
    const lines = text(dataset('todoist', 'good', { copies })).split('\n')
    expect(lines.every((line) => line.length <= 80)).toBe(true)
    expect(lines.join(' ').replaceAll(/ +/g, ' ')).toContain(
      'vault, cloud-storage-frankfurt, nas-in-the-cellar; not yet at attic',
    )
  })

  it('fits 80 columns with one line a dataset, whatever the names, ages and numbers are', () => {
    const name = fc.oneof(fc.stringMatching(/^[a-z0-9._-]{1,60}$/), fc.string({ maxLength: 60 }))
    const value = fc.oneof(fc.nat().map(String), fc.string({ maxLength: 50 }), fc.constant(''))
    const bytes = fc.oneof(fc.nat().map(String), fc.constant(''), fc.constant('0'))
    const one = fc.record({
      name,
      health: fc.constantFrom(...healthStates),
      ageMs: fc.oneof(fc.nat(), fc.constantFrom(0, 500, 59 * 60_000, 400 * 24 * hour)),
      bytes: fc.tuple(bytes, bytes, bytes),
      metric: name,
      values: fc.tuple(value, value, value),
    })
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 5 }), (all) => {
        const datasets = all.map((given) =>
          dataset(given.name, given.health, {
            lastSuccess: { parcel: '2026-03-01T060000Z', at: '', ageMs: given.ageMs },
            warnings: [],
            metrics: {
              ...dataset('x').metrics!,
              metrics: [
                { name: 'bytes', values: given.bytes },
                { name: given.metric === 'bytes' ? 'other' : given.metric, values: given.values },
              ],
            },
          }),
        )
        const lines = text(...datasets).split('\n')
        for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80)
        expect(lines.slice(0, 5 + all.length).filter((line) => /^[✗!✓·]/.test(line))).toHaveLength(all.length)
        expect(lines.length).toBeLessThanOrEqual(3 + 1 + all.length + 2 + all.length * 2 + 1)
      }),
    )
  })
})

describe('a table', () => {
  const cells = (row: string[]): { text: string }[] => row.map((cell) => ({ text: cell }))

  it('is as wide as its cells, with two spaces between', () => {
    expect(textTable([cells(['a', 'bb', 'c']), cells(['aaa', 'b', 'c'])])).toBe('a    bb  c\naaa  b   c')
  })

  it('cuts long cells, and leaves the last one whole while there is room', () => {
    const long = 'x'.repeat(40)
    expect(textTable([cells([long, long])], 10)).toBe(`${'x'.repeat(9)}…  ${long}`)
    expect(textTable([cells([long, long])], 10, 30)).toBe(`${'x'.repeat(9)}…  ${'x'.repeat(17)}…`)
  })

  it('is not torn by line breaks and escape sequences', () => {
    expect(textTable([cells(['a\nb', '\u001b[31mred'])])).toBe('a b   [31mred')
  })
})

it('breaks text at spaces, with an indent, and loses no word', () => {
  expect(wrapText('one two three', 8, '  ')).toEqual(['one two', '  three'])
  expect(wrapText('  one two three', 8, '    ')).toEqual(['  one', '    two', '    three'])
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }),
      fc.integer({ min: 20, max: 80 }),
      (words, columns) => {
        const lines = wrapText(words.join(' '), columns, '  ')
        expect(lines.map((line) => line.trim()).join(' ')).toBe(words.join(' '))
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns)
      },
    ),
  )
})
