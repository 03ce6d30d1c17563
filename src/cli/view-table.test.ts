import pc from 'picocolors'
import { expect, it } from 'vitest'
import type { DatasetViewState } from '../dataset/views/views.ts'
import { parsePath } from '../system/item-path.ts'
import { viewOf } from '../view/view.fixture.ts'
import { noteLines } from './view-notes.ts'
import { viewTable } from './view-table.ts'

const colors = pc.createColors(false)
const gap = { after: '2026-03-02T090000Z', before: '2026-03-02T120000Z', hours: 3 }

function found(name: string, changes: Partial<DatasetViewState['state']> = {}): DatasetViewState {
  const state = {
    items: 12,
    versions: 14,
    absent: 0,
    errors: 0,
    parcels: 9,
    duplicates: 0,
    from: '2026-03-01T080000Z',
    to: '2026-03-09T080000Z',
    gaps: [],
    drift: [],
    ...changes,
  } as unknown as DatasetViewState['state']
  return { dataset: 'bookmarks-of-mine', definition: viewOf({ name }), state }
}

const widthsOf = (lines: readonly string[]): number => Math.max(...lines.map((line) => line.length))

it('the table of views is as wide as it is where nobody looks at it, and leaves out what says least on a terminal', () => {
  const views = [found('saved'), found('liked')]
  expect(viewTable(views, { columns: undefined, colors }).split('\n')[0]).toBe(
    'VIEW                     ITEMS  VERSIONS  ABSENT  ERRORS  PARCELS  FROM        TO          GAPS',
  )
  expect(viewTable(views, { columns: 90, colors }).split('\n')[0]).toBe(
    'VIEW                     ITEMS  VERSIONS  ABSENT  ERRORS  PARCELS  FROM        TO',
  )
  expect(viewTable(views, { columns: 80, colors }).split('\n')[0]).toBe(
    'VIEW                     ITEMS  VERSIONS  PARCELS  FROM        TO',
  )
  const withGaps = [found('saved', { gaps: [gap] as never, errors: 3, absent: 1 })]
  const narrow = viewTable(withGaps, { columns: 80, colors }).split('\n')
  expect(narrow[0]).toContain('GAPS')
  expect(narrow[0]).toContain('ERRORS')
  expect(narrow[0]).not.toContain('FROM')
  expect(widthsOf(viewTable(withGaps, { columns: 60, colors }).split('\n'))).toBeLessThanOrEqual(60)
})

it('notes on a view name what no item has, as misspelt fields', () => {
  const view = found('saved', { fields: ['id', 'clicks', 'created', 'Title', 'meta'] })
  const path = (text: string) => parsePath(text)
  const definition = {
    ...view.definition,
    ignore: [path('clikcs'), path('meta.any')],
    prefer: { titel: 'first', title: 'first' },
    feed: { time: 'creatd', title: 'nothing', text: 'meta.name' },
    window: { newest: 10, by: path('meat.at') },
  } as const
  expect(noteLines({ ...view, definition }, undefined).slice(2)).toEqual([
    '  ignore: no item has "clikcs": did you mean "clicks"?',
    '  window.by: no item has a "meat" for "meat.at": did you mean "meta"?',
    '  prefer: no item has "titel": did you mean "Title"?',
    '  feed.time: no item has "creatd": did you mean "created"?',
    '  feed.title: no item has "nothing"',
    '  feed.text: "meta.name" is no column, but within "meta": name it in `columns`, with the others that you want',
  ])
  const columns = { name: { path: path('nmae'), type: undefined }, id: { path: path('id'), type: undefined } }
  const named = { ...definition, ignore: [], window: 'all', columns } as const
  expect(noteLines({ ...view, definition: named }, undefined).slice(2)).toEqual(['  columns.name: no item has "nmae"'])
  expect(noteLines({ ...found('saved'), definition }, undefined)).toEqual([])
})

it('notes on a view name a list that is much like its items', () => {
  const held = [
    { path: 'posts[*]', items: 1200 },
    { path: '["my notes"][*]', items: 10 },
  ]
  expect(noteLines(found('saved', { held }), undefined).slice(2)).toEqual([
    '  items: a whole document is one item, which holds the lists `posts` of 1,200, `["my notes"]` of 10; ' +
      'perhaps items = "posts[*]", with a view for each',
  ])
  expect(noteLines(found('saved', { held: held.slice(1) }), undefined).at(-1)).toMatch(
    /perhaps items = '\["my notes"\]\[\*\]'$/,
  )
})

it('notes on a view are broken at words on a terminal, and stay on their lines elsewhere', () => {
  const view = found('saved', { gaps: [gap] as never })
  const wide = noteLines(view, undefined)
  expect(wide).toHaveLength(3)
  const narrow = noteLines(view, 60)
  expect(widthsOf(narrow)).toBeLessThanOrEqual(60)
  expect(
    narrow
      .slice(2)
      .map((line) => line.trim())
      .join(' '),
  ).toBe(wide[2]!.trim())
})
