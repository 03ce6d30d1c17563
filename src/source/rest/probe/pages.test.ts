import { describe, expect, it } from 'vitest'
import { look } from './look.ts'
import { seenIn } from './samples.fixture.ts'
import type { PageSign } from './signs/sign.ts'

const signsIn = (body: unknown, headers: Record<string, string> = {}): PageSign[] => look({ headers, body }).signs

describe('the way to the next page', () => {
  it.each([
    ['github', { kind: 'link', isParamSeen: true, goesOn: true }],
    ['reddit', { kind: 'token', at: 'data.after', param: 'after', isParamSeen: false, goesOn: true }],
    ['hypothesis', { kind: 'last-item', field: 'updated', isParamSeen: false, goesOn: true }],
    ['mastodon', { kind: 'link', goesOn: true }],
    ['todoist', { kind: 'token', at: 'next_cursor', param: 'cursor', goesOn: true }],
    ['pinboard', { kind: 'last-item', field: 'time' }],
    ['lastfm', { kind: 'number', param: 'page', goesOn: true }],
    ['raindrop', { kind: 'last-item', field: 'created', goesOn: true }],
    ['wordpress', { kind: 'link', goesOn: true }],
    ['emptyList', { kind: 'token', at: 'next_cursor', goesOn: false }],
  ] as const)('is seen: %s', (name, sign) => {
    expect(seenIn(name).signs[0]).toMatchObject(sign)
  })

  it('is not invented', () => {
    expect(seenIn('bareArray').signs).toEqual([])
    expect(seenIn('pinboard').signs[0]).not.toHaveProperty('param')
  })

  it.each([
    [{ next: 'https://example.org/?page=2' }, 'next'],
    [{ next: '/items?page=2' }, 'next'],
    [{ links: { self: 'https://example.org/', next: '?page=2' } }, 'links.next'],
    [{ _links: { next: { href: '/items?page=2' } } }, '_links.next.href'],
    [{ '@odata.nextLink': 'https://example.org/?$skip=5' }, '["@odata.nextLink"]'],
  ])('is an address in the body: %j', (body, at) => {
    expect(signsIn({ ...body, items: [{ id: 1 }] })[0]).toMatchObject({
      kind: 'next-url',
      at,
      isParamSeen: true,
      goesOn: true,
    })
  })

  it.each([
    [{ nextPageToken: 'abc' }, 'nextPageToken', 'pageToken'],
    [{ response_metadata: { next_cursor: 'abc' } }, 'response_metadata.next_cursor', 'cursor'],
    [{ pageInfo: { endCursor: 'abc', hasNextPage: true } }, 'pageInfo.endCursor', 'after'],
    [{ next: 'abc' }, 'next', undefined],
    [{ next_key: 'abc' }, 'next_key', undefined],
  ])('is a token in the body: %j', (body, at, param) => {
    const [sign] = signsIn({ ...body, items: [{ id: 1 }] })
    expect(sign).toMatchObject({ kind: 'token', at, isParamSeen: false, goesOn: true })
    expect(sign!.param).toBe(param)
  })

  it('has the parameter that an address in the answer sends the token as', () => {
    const signs = signsIn({ after: 'abc', self: 'https://example.org/?x=1&start_key=abc', items: [] })
    expect(signs.find(({ kind }) => kind === 'token')).toMatchObject({ param: 'start_key', isParamSeen: true })
  })

  it('is a token in a header, be it the last page', () => {
    expect(signsIn([], { 'x-next-page': '2' })[0]).toMatchObject({
      kind: 'header-token',
      header: 'x-next-page',
      param: 'page',
    })
    expect(signsIn([], { 'x-next-page': '' })[0]).toMatchObject({ goesOn: false })
    expect(signsIn([{ id: 1 }], { 'x-ms-continuation': 'ab' })[0]).toMatchObject({ param: 'continuation' })
  })

  it('is a number, or an offset, by what is said of how many there are', () => {
    expect(signsIn({ page: 0, pages: 3, items: [{ id: 1 }] })[0]).toMatchObject({
      kind: 'number',
      from: 0,
      goesOn: true,
    })
    expect(signsIn({ page: 1, pages: 1, items: [{ id: 1 }] })[0]).toMatchObject({ kind: 'number', goesOn: false })
    expect(signsIn([{ id: 1 }], { 'x-total-pages': '4' })[0]).toMatchObject({
      kind: 'number',
      param: 'page',
      goesOn: true,
    })
    const jira = { startAt: 0, maxResults: 1, total: 2, issues: [{ id: 1 }] }
    expect(signsIn(jira)[0]).toMatchObject({ kind: 'offset', param: 'startAt', goesOn: true })
  })

  it('is not taken from the records themselves', () => {
    expect(signsIn([{ next: 'https://example.org/', cursor: 'x' }])).toEqual([])
  })
})

describe('flags for more', () => {
  it('are told with what they mean', () => {
    const { more } = look({ headers: {}, body: { has_more: true, page: { last: false }, items: [] } })
    expect(more).toEqual([
      { path: 'has_more', value: true, meansMore: true },
      { path: 'page.last', value: false, meansMore: false },
    ])
  })
})

describe('how much there is', () => {
  it.each([
    ['github', { pageSize: 5, total: { count: 300, isAtMost: true }, window: 300 }],
    ['lastfm', { toldSize: { at: 'recenttracks.@attr.perPage', size: 50 }, total: { count: 673, isAtMost: false } }],
    ['raindrop', { pageSize: 5, total: { at: 'count', count: 673 } }],
    ['wordpress', { total: { at: 'x-wp-total', count: 42 } }],
  ] as const)('is reckoned from what the answer says: %s', (name, extent) => {
    expect(seenIn(name).extent).toMatchObject(extent)
  })

  it('is not known of a bare list', () => {
    expect(seenIn('bareArray').extent).toEqual({})
  })
})
