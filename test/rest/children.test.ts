import { describe, expect, it } from 'vitest'
import type { Item } from '../simulator/item.ts'
import { kindNamed, streamOf } from './kinds.fixture.ts'
import { day, idsOf, minute, readParcel, type Scene, scenes } from './rest.fixture.ts'

const scene = scenes()
const kind = kindNamed('token')
const account = { createdPerDay: 0.3, editRate: 0, scoreRate: 0, deleteRate: 0, unsaveRate: 0 }
const items = streamOf(kind, 50, 'cursor = { field = "updated_at", param = "since" }', 'sort = "updated_at"')
const commentsOf = (where = ''): string => `
[[source.streams]]
name = "comments"
path = "/items/{item.id}/comments"
each = { item = "items"${where === '' ? '' : `, where = "${where}"`} }
items = "comments"
key = "id"
`
/** The comments again, by the comment's own field: a stream below a stream below a stream. */
const nested = `
[[source.streams]]
name = "siblings"
path = "/items/{comment.item_id}/comments"
params = { of = "{item.title}", comment = "{comment.id}" }
each = { comment = "comments", where = "item.comments = 2 and not comment.gone" }
items = "comments"
key = "id"
`

/** Ids of the items whose comments the last export asked for. */
function askedFor({ service }: Scene, from = 0): number[] {
  const paths = service.requests.slice(from).map(({ path }) => /^\/items\/(\d+)\/comments(?!\?of)/.exec(path)?.[1])
  return paths.filter((id) => id !== undefined).map(Number)
}

describe('a child stream', () => {
  it.each([1, 3])('is asked for once for each record of its parent (%i at once)', async (parallel) => {
    const made = await scene(`limits = { parallel = ${parallel} }\n${items}${commentsOf()}`, { account })
    await made.exportWell()
    const listed = made.service.account.listed()
    expect(askedFor(made).sort((a, b) => a - b)).toEqual(idsOf(listed))
    const { manifest, lines } = await readParcel(made.dataset)
    expect(manifest.streams['comments']).toMatchObject({ complete: true, groups: listed.length })
    for (const line of lines.filter(({ stream }) => stream === 'comments')) {
      expect(line.url).toContain(`/items/${String(line.for!['item.id'])}/comments`)
    }
  })

  it('is asked for where the condition says so, before its parent stands in the configuration, too', async () => {
    const made = await scene(`${commentsOf('comments >= 2 and id != 3')}${items}`, { account })
    await made.exportWell()
    expect(askedFor(made).sort((a, b) => a - b)).toEqual(
      idsOf(made.service.account.listed().filter(({ id }) => id % 4 >= 2)),
    )
  })

  it('may have children, which know all their parents', async () => {
    const made = await scene(`${items}${commentsOf('comments > 0')}${nested}`, { account })
    await made.exportWell()
    const { records, lines, manifest } = await readParcel(made.dataset)
    const withTwo = made.service.account.listed().filter(({ id }) => id % 4 === 2)
    expect(withTwo.length).toBeGreaterThan(0)
    const asked = lines.filter(({ stream }) => stream === 'siblings')
    expect(asked.map(({ for: group }) => String(group!['comment.id'])).sort()).toEqual(
      withTwo.flatMap(({ id }) => [`${id}0`, `${id}1`]).sort(),
    )
    for (const { for: group, url } of asked) {
      const item = withTwo.find(({ id }) => id === group!['comment.item_id'])
      expect(new URL(url).searchParams.get('of')).toBe(item!.title)
    }
    expect(await records('siblings', 'comments')).toHaveLength(withTwo.length * 4)
    expect(manifest.streams['siblings']!.complete).toBe(true)
  })

  it('is asked for the changed records only, when its parent is', async () => {
    const made = await scene(`${items}${commentsOf()}`, { account })
    await made.exportWell()
    made.advance(9 * day)
    const from = made.service.requests.length
    await made.exportWell()
    const { manifest, records } = await readParcel(made.dataset)
    expect(askedFor(made, from).sort((a, b) => a - b)).toEqual(idsOf(await records<Item>('items', 'results')))
    expect(askedFor(made, from).length).toBeLessThan(10)
    expect(manifest.streams['comments']).toMatchObject({
      mode: 'incremental',
      because: 'only the changed records of its parent were asked for',
    })
  })

  it('that is incomplete keeps its parent from moving on: its records are asked for again', async () => {
    const made = await scene(`${items}${commentsOf()}`, { account })
    await made.exportWell()
    made.advance(9 * day)
    const [first, second] = made.service.account.add(2)
    made.service.plan([{ match: `/items/${second!.id}/`, times: 'always', fault: { kind: 'status', status: 500 } }])
    expect(await made.export()).toMatchObject({ state: 'suspect', incomplete: [expect.stringMatching(/^comments is/)] })
    made.service.plan([])
    made.advance(9 * day)
    const from = made.service.requests.length
    await made.exportWell()
    expect(askedFor(made, from)).toEqual(expect.arrayContaining([first!.id, second!.id]))
  })

  it.each([
    ['is new', items, `${items}${commentsOf()}`],
    ['lets more through', `${items}${commentsOf('comments > 2')}`, `${items}${commentsOf('comments > 0')}`],
  ])('that %s has its parents asked for in full', async (_, before, after) => {
    const made = await scene(before, { account })
    await made.exportWell()
    made.advance(day)
    made.configure(after)
    const from = made.service.requests.length
    await made.exportWell()
    const { manifest } = await readParcel(made.dataset)
    expect(manifest.streams['items']).toMatchObject({
      mode: 'full',
      because: 'the stream asks for something else than before',
    })
    const wanted = made.service.account.listed().filter(({ id }) => (after.includes('> 0') ? id % 4 > 0 : true))
    expect(askedFor(made, from).sort((a, b) => a - b)).toEqual(idsOf(wanted))
  })

  it('waits for its parent, also when what the parent knows takes time to read', async () => {
    const events = streamOf(kind, 5, 'stop = { known_pages = 1 }', 'sort = "id", direction = "desc"')
    const made = await scene(`limits = { parallel = 2 }\n${events}${commentsOf()}`, { account })
    await made.exportWell()
    made.advance(minute)
    const [added] = made.service.account.add()
    const from = made.service.requests.length
    await made.exportWell()
    expect(askedFor(made, from)).toContain(added!.id)
    expect(askedFor(made, from).length).toBeGreaterThanOrEqual(5)
  })

  it('passes over a parent that is gone meanwhile, where `on` says so', async () => {
    const on = 'on = { "404" = "skip", "410:deleted" = "skip" }\n'
    const made = await scene(`${on}${items}${commentsOf()}`, { account })
    const gone = made.service.account.listed()[2]!
    made.service.plan([
      { stream: 'page.comments', from: 1, fault: { kind: 'run', run: (one) => one.account.remove(gone.id) } },
    ])
    await made.exportWell()
    expect((await readParcel(made.dataset)).manifest.streams['comments']).toMatchObject({ complete: true, skipped: 1 })
    made.configure(`${items}${commentsOf()}`)
    made.advance(minute)
    const [other] = made.service.account.add()
    made.service.plan([
      { stream: 'page.comments', from: 1, fault: { kind: 'run', run: (one) => one.account.remove(other!.id) } },
    ])
    expect(await made.export()).toMatchObject({ incomplete: [expect.stringMatching(/^comments is .*404/)] })
  })
})
