import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { UnsiloError } from '../../../errors.ts'
import { restConfig } from '../config.ts'
import type { StreamConfig } from '../stream.ts'
import type { Asked } from './ask.ts'
import type { Page } from './look.ts'
import { failedStream, probedAnswer } from './probe-stream.ts'
import type { ProbedStream } from './probed-stream.ts'
import { github, htmlPage, hypothesis, reddit, samples, todoist } from './samples.fixture.ts'
import { sayStream } from './say.ts'

const now = new Date('2024-02-29T11:00:00Z')
const base = 'https://api.example.org'

function streamOf(keys: Record<string, unknown>, source: Record<string, unknown> = {}): StreamConfig {
  const written = { name: 'things', path: '/things', ...keys }
  return restConfig.parse({ kind: 'rest', base, ...source, streams: [written] }).streams[0]!
}

function answerOf(page: Page): Asked {
  const bytes = Buffer.from(typeof page.body === 'string' ? page.body : JSON.stringify(page.body))
  return { url: `${base}/things`, outcome: 'ok', status: 200, headers: page.headers, ms: 12, bytes, isCut: false }
}

function probed(page: Page, keys: Record<string, unknown> = {}, source: Record<string, unknown> = {}): ProbedStream {
  return probedAnswer(streamOf(keys, source), { name: 'things', path: '/things', ...keys }, answerOf(page), now)
}

const said = (stream: ProbedStream): string =>
  sayStream(stream)
    .map(({ about, text }) => `${about} ${text}`)
    .join('\n')

const statusOf = (stream: ProbedStream): Record<string, string> =>
  Object.fromEntries(stream.comparison.map(({ key, status }) => [key, status]))

describe('the block to paste', () => {
  it('says what was read, and what is a guess', () => {
    expect(probed(todoist).toml!.split('\n')).toEqual([
      '[[source.streams]]',
      'name = "things"',
      'path = "/things"',
      'items = "results"  # read: the only list of records, of 5',
      'key = "id"  # read: in all 5 records, and different in each',
      'page = { kind = "token", at = "next_cursor", param = "cursor" }  # a guess: next_cursor holds a token; that the parameter is called cursor is a custom, and not in the answer',
      '# cursor = { field = "updated_at", param = "?" }  # a guess: updated_at or added_at: choose; whether the server takes such a parameter, and its name, is unknown',
    ])
  })

  it.each(Object.entries(samples))('is a configuration that fits to its page: %s', (_, page) => {
    const { streams } = (parse(probed(page).toml!) as { source: { streams: Record<string, unknown>[] } }).source
    const again = probed(page, streams[0])
    expect(again.comparison.filter(({ status }) => status === 'differs')).toEqual([])
    expect(statusOf(again)['items'] ?? 'fits').not.toBe('missing')
    expect(statusOf(again)['key'] ?? 'fits').not.toBe('missing')
  })

  it('names the key that has to be chosen', () => {
    expect(probed(github).toml).toContain('key = "id"  # a guess: id or number, both unique: choose')
    expect(probed(github).guesses).toContainEqual({ key: 'key', because: 'id or number, both unique: choose' })
  })

  it('leaves out what is unknown, and could lose records', () => {
    const { toml } = probed(hypothesis)
    expect(toml).toMatch(/^# page = \{ kind = "last-item", field = "updated", param = "\?" \} {2}# a guess: /m)
    expect(probed(github).toml).toMatch(/^# window = \{ newest = 300/m)
  })

  it('keeps what is configured, but for secrets', () => {
    const { toml } = probed(github, {
      key: 'number',
      params: { state: 'all', api_key: 'abcdefg' },
      cursor: { field: 'updated_at', param: 'since', overlap: '10m' },
    })
    expect(toml).toContain('key = "number"\n')
    expect(toml).toContain('cursor = { field = "updated_at", param = "since", overlap = "10m" }')
    expect(toml).toContain('# params: keep the line that is there (api_key looks like a secret)')
    expect(toml).not.toContain('abcdefg')
  })
})

describe('what is configured', () => {
  it('fits, where it does', () => {
    const stream = probed(github, {
      key: 'id',
      page: { kind: 'link' },
      params: { per_page: 5 },
      cursor: { field: 'updated_at', param: 'since' },
      window: { newest: 300, by: 'created_at' },
    })
    expect(statusOf(stream)).toEqual({ key: 'fits', page: 'fits', cursor: 'fits', window: 'fits' })
    expect(said(stream)).toContain('config everything that this stream configures fits')
    expect(stream.guesses).toEqual([])
  })

  it('may come from the source', () => {
    expect(statusOf(probed(github, {}, { page: { kind: 'link' } }))['page']).toBe('fits')
  })

  it('is missing, where there is only a name and a path', () => {
    expect(statusOf(probed(reddit))).toEqual({ items: 'missing', key: 'missing', page: 'missing' })
  })

  it.each([
    [
      { items: 'data.things' },
      'items',
      'items = "data.things" leads to no list; the likeliest list is data.children[*].data, of 5',
    ],
    [{ key: 'title' }, 'key', 'title has only 1 value in 5 records'],
    [{ key: 'uuid' }, 'key', 'uuid is missing, or no plain value, in 5 of 5 records'],
    [{ page: { kind: 'link' } }, 'page', 'would end here'],
    [{ page: { kind: 'token', at: 'data.next', param: 'x' } }, 'page', 'data.after holds a token'],
    [{ cursor: { field: 'created_utc', param: 'since' } }, 'cursor', 'they look like as = "epoch"'],
    [{ cursor: { field: 'changed', param: 'since' } }, 'cursor', 'missing, or null, in all 5 records'],
    [{ high_water: { field: 'number' } }, 'high_water', 'number is in 0 of 5 records'],
    [
      { page: { kind: 'token', at: 'data.after', param: 'after' }, params: { limit: 100 } },
      'size',
      '100 records a page are asked for, and 5 came, although there is more',
    ],
  ])('differs: %j', (keys, key, message) => {
    const stream = probed(reddit, { items: 'data.children[*].data', ...keys })
    expect(stream.comparison).toContainEqual({ key, status: 'differs', message: expect.stringContaining(message) })
    expect(said(stream)).toContain(`config ${key} differs: `)
  })

  it('cannot be judged by an empty list', () => {
    const stream = probed(samples.emptyList, { items: 'items', key: 'id', cursor: { field: 'at', param: 'since' } })
    expect(statusOf(stream)).toEqual({ items: 'unseen', key: 'unseen', cursor: 'unseen' })
  })

  it('is not looked into with format = "any"', () => {
    expect(statusOf(probed({ headers: {}, body: htmlPage }, { format: 'any' }))).toEqual({ format: 'fits' })
  })
})

describe('an answer that is no list', () => {
  it('is told to be a page for people', () => {
    const stream = probed({ headers: { 'content-type': 'text/html' }, body: htmlPage })
    expect(stream.answer).toMatchObject({ content: 'html', contentType: 'text/html', bytes: htmlPage.length })
    expect(said(stream)).toContain('format differs: the answer is a page for people')
    expect(stream.toml).toBeUndefined()
  })

  it('may be one record, which is kept as it is', () => {
    const { toml } = probed({ headers: {}, body: { id: 1, name: 'me', emails: [] } })
    expect(toml).toContain('format = "any"  # a guess')
  })

  it('may be one record that the configuration takes as it is', () => {
    const { result, found } = probed({ headers: {}, body: { id: 1, name: 'me' } }, { items: '.' })
    expect([result, found!.records]).toEqual(['ok', 1])
  })
})

describe('what is said', () => {
  it('is no value of a record, but for the beginnings of times and numbers', () => {
    const secret = 'correct horse battery staple'
    const records = [0, 1, 2].map((n) => ({
      id: `k${n}`,
      text: secret,
      token: `${secret}${n}`,
      at: `2024-02-29T10:0${n}:00Z`,
    }))
    const stream = probed({ headers: {}, body: { rows: records, next_cursor: `${secret}9`, total: 9 } })
    expect(JSON.stringify(stream) + said(stream)).not.toContain('horse')
    expect(said(stream)).toContain('2024-02-29T10:00:00Z to 2024-02-29T10:02:00Z')
  })

  it('is why a stream could not be asked', () => {
    const stream = failedStream(streamOf({}), new UnsiloError('http', 'HTTP 404', { hint: 'Check the path.' }))
    expect(stream).toMatchObject({
      result: 'failed',
      error: { code: 'http', message: 'HTTP 404', hint: 'Check the path.' },
    })
    expect(said(stream)).toBe('failed HTTP 404\nfailed Check the path.')
  })

  it('is that a rule skips it', () => {
    const stream = probedAnswer(streamOf({}), {}, { ...answerOf(github), outcome: 'skip', status: 404 }, now)
    expect(said(stream)).toContain('result a rule of `on` makes "skip" of status 404')
  })
})
