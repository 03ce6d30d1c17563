import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { UnsiloError } from '../../errors.ts'
import { version } from '../../version.ts'
import { get, readText, serve, testClient } from '../../../test/support/rest-client.ts'

type Reply = (response: ServerResponse, request: IncomingMessage) => void

/** A server that gives one reply after the other, and the last one from then on. */
async function replies(...list: Reply[]): Promise<{ base: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = []
  const listener: RequestListener = (request, response) => {
    requests.push(request)
    list[Math.min(requests.length, list.length) - 1]!(response, request)
  }
  return { base: await serve(listener), requests }
}

const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Reply =>
  (response) =>
    void response.writeHead(code, headers).end(body)
const ok: Reply = (response) => void response.end('done')
const reset: Reply = (response) => void response.socket?.resetAndDestroy()

it('gives what the server answers, and when', async () => {
  const { base, requests } = await replies(
    status(200, { 'X-Total': '3', Date: 'Sun, 01 Mar 2026 11:00:00 GMT' }, '[1]'),
  )
  const { client, clock } = testClient(base)
  const answer = await client.request(get(`${base}/a?b=1`, { headers: { 'X-One': '1' } }), async (body, response) => {
    clock.advance(25)
    return [await readText(body), response.status, response.headers['x-total']]
  })
  expect(answer).toMatchObject({
    outcome: 'ok',
    status: 200,
    url: `${base}/a?b=1`,
    at: new Date('2026-03-01T12:00:00Z'),
    ms: 25,
    value: ['[1]', 200, '3'],
  })
  expect(client.serverTime).toEqual(new Date('2026-03-01T11:00:00Z'))
  expect(requests[0]!.headers).toMatchObject({ 'user-agent': `unsilo/${version}`, 'x-one': '1' })
})

it('lets the configuration name another program', async () => {
  const { base, requests } = await replies(ok)
  await testClient(base).client.request(get(base, { headers: { 'user-agent': 'mine' } }), readText)
  expect(requests[0]!.headers['user-agent']).toBe('mine')
})

describe('trying again', () => {
  it.each<[string, Reply]>([
    ['a status that passes', status(500)],
    ['a server that is over-full', status(503)],
    ['a reset connection', reset],
    [
      'a body that is cut off',
      (response) =>
        void response.writeHead(200, { 'Content-Length': '9' }).write('x', () => reset(response, response.req)),
    ],
    [
      'a body that trickles and then hangs',
      (response) => {
        response.write('x')
        setTimeout(() => response.write('y'), 30)
      },
    ],
    ['the body of a refusal that hangs', (response) => void response.writeHead(400).write('x')],
  ])('helps against %s', async (_, reply) => {
    const { base, requests } = await replies(reply, reply, ok)
    const { client, clock, said } = testClient(base, { timeoutMs: 400 })
    expect((await client.request(get(base), readText)).value).toBe('done')
    expect(requests).toHaveLength(3)
    expect(clock.sleeps).toEqual([1000, 2000])
    expect(said).toHaveLength(2)
  })

  it('ends after the last try, with the reason', async () => {
    const { base, requests } = await replies(status(502, {}, 'no\n backend'))
    const { client, clock } = testClient(base, { retry: { tries: 4, backoff: '2s..5s' } })
    await expect(client.request(get(`${base}/a`), readText)).rejects.toMatchObject({
      code: 'http',
      retryable: true,
      message: `GET ${base}/a: HTTP 502 Bad Gateway: no backend`,
    })
    expect(requests).toHaveLength(4)
    expect(clock.sleeps).toEqual([2000, 4000, 5000])
  })

  it('waits at least as long as the server says', async () => {
    const { base } = await replies(status(500, { 'Retry-After': '90' }), ok)
    const { client, clock } = testClient(base)
    await client.request(get(base), readText)
    expect(clock.sleeps).toEqual([90_000])
  })

  it('comes to an answer that its reader finds broken off, and not to one that it cannot store', async () => {
    const { base, requests } = await replies(ok)
    const { client } = testClient(base)
    let reads = 0
    const failing = (code: 'wrong-content' | 'no-space', retryable: boolean) => async (): Promise<string> => {
      reads += 1
      if (reads < 3) throw new UnsiloError(code, 'no', { retryable })
      return 'whole'
    }
    expect((await client.request(get(base), failing('wrong-content', true))).value).toBe('whole')
    expect(requests).toHaveLength(3)
    reads = 0
    await expect(client.request(get(base), failing('no-space', false))).rejects.toMatchObject({ code: 'no-space' })
    expect(requests).toHaveLength(4)
  })

  it('does not come to what is refused for good', async () => {
    const { base, requests } = await replies(status(404))
    await expect(testClient(base).client.request(get(base), readText)).rejects.toMatchObject({
      code: 'http',
      retryable: false,
      hint: expect.stringContaining('"404" = "skip"') as string,
    })
    expect(requests).toHaveLength(1)
  })
})

describe('waiting', () => {
  const epoch = Date.parse('2026-03-01T12:00:00Z') / 1000
  it.each<[string, Reply, number[]]>([
    ['seconds', status(429, { 'Retry-After': '7' }), [7000]],
    [
      "a date of the server's own clock",
      status(429, { 'Retry-After': 'Sun, 05 Jul 2020 00:00:09 GMT', Date: 'Sun, 05 Jul 2020 00:00:00 GMT' }),
      [9000],
    ],
    [
      'a reset since 1970',
      status(429, { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': `${epoch + 11}`, Date: 'none' }),
      [11_000],
    ],
    ['a reset from now', status(429, { 'RateLimit-Remaining': '0', 'RateLimit-Reset': '12' }), [12_000]],
    ['the IETF draft', status(429, { RateLimit: '"default";r=0;t=13' }), [13_000]],
    ['no time', status(429), [60_000]],
    ['nonsense', status(429, { 'Retry-After': '-5' }), [60_000]],
    ['no wait at all', status(429, { 'Retry-After': '0' }), [1000]],
    ['a secondary limit', status(403, {}, 'You have exceeded a secondary rate limit'), [60_000]],
    [
      'Retry-After, which counts for more than a reset',
      status(429, { 'Retry-After': '3', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '500' }),
      [3000],
    ],
    ['a server that is busy until then', status(503, { 'Retry-After': '14' }), [14_000]],
  ])('heeds %s', async (_, reply, sleeps) => {
    const { base } = await replies(reply, ok)
    const { client, clock } = testClient(base)
    expect((await client.request(get(base), readText)).value).toBe('done')
    expect(clock.sleeps).toEqual(sleeps)
  })

  it('makes the others wait, too', async () => {
    const { base, requests } = await replies(status(429, { 'Retry-After': '30' }), ok)
    const { client, clock } = testClient(base)
    await Promise.all(['a', 'b', 'c'].map((path) => client.request(get(`${base}/${path}`), readText)))
    expect(requests).toHaveLength(4)
    expect(clock.sleeps).toEqual([30_000])
  })

  it('parks the client when it is longer than max_wait, from then on', async () => {
    const { base, requests } = await replies(status(429, { 'Retry-After': '3600' }))
    const { client, clock } = testClient(base)
    const parked = {
      code: 'parked',
      message: expect.stringContaining('is to be asked again at 2026-03-01T13:00:00.000Z') as string,
      retryable: true,
    }
    await expect(client.request(get(base), readText)).rejects.toMatchObject(parked)
    await expect(client.request(get(base), readText)).rejects.toMatchObject(parked)
    expect(client.parkedUntil).toEqual(new Date('2026-03-01T13:00:00Z'))
    expect([requests.length, clock.sleeps]).toEqual([1, []])
  })

  it('parks the client when the server keeps asking for it', async () => {
    const { base, requests } = await replies(status(429, { 'Retry-After': '60' }))
    const { client } = testClient(base, { retry: { tries: 3 } })
    await expect(client.request(get(base), readText)).rejects.toMatchObject({ code: 'parked' })
    expect(requests).toHaveLength(4)
    expect(client.parkedUntil).toEqual(new Date('2026-03-01T12:04:00Z'))
  })

  it('does not park the client for a limit that is used up by its last request', async () => {
    const headers = { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': `${epoch + 3600}`, Date: 'none' }
    const { base } = await replies(status(200, headers, 'last'))
    const { client } = testClient(base)
    expect((await client.request(get(base), readText)).value).toBe('last')
    expect(client.parkedUntil).toBeUndefined()
    await expect(client.request(get(base), readText)).rejects.toMatchObject({ code: 'parked' })
  })

  it('leaves the reserve to others', async () => {
    const headers = { 'X-RateLimit-Remaining': '100', 'X-RateLimit-Reset': '60' }
    const { base } = await replies(status(200, headers))
    const { client, clock } = testClient(base, { limits: { reserve: 100 } })
    await client.request(get(base), readText)
    await client.request(get(base), readText)
    expect(clock.sleeps).toEqual([60_000])
  })

  it('spaces requests, tries among them', async () => {
    const { base } = await replies(ok, reset, ok)
    const { client, clock } = testClient(base, { limits: { rate: '30/min' } })
    await client.request(get(base, { method: 'POST' }), readText)
    await client.request(get(base, { method: 'POST' }), readText)
    expect(clock.sleeps).toEqual([2000, 1000, 1000])
  })
})

it('sends at most so many at once', async () => {
  let [open, most] = [0, 0]
  const base = await serve((_, response) => {
    open += 1
    most = Math.max(most, open)
    setTimeout(() => {
      open -= 1
      response.end()
    }, 20)
  })
  const { client } = testClient(base, { limits: { parallel: 3 } })
  await Promise.all(Array.from({ length: 10 }, () => client.request(get(base), readText)))
  expect(most).toBe(3)
})

it('stops asking after too many failures in a row', async () => {
  const { base, requests } = await replies(status(500), status(200), status(500))
  const { client } = testClient(base, { retry: { tries: 1 }, limits: { give_up_after: 3 } })
  const outcomes: string[] = []
  for (let count = 0; count < 7; count++) {
    const asked = client.request(get(base), readText)
    outcomes.push(
      await asked.then(
        () => 'ok',
        (error: UnsiloError) => `${error.retryable} ${error.message}`,
      ),
    )
  }
  const failed = `true GET ${base}/: HTTP 500 Internal Server Error`
  const host = new URL(base).host
  const ended = `false asked ${host} no more after 3 failed requests in a row; the last: GET ${base}/: HTTP 500 Internal Server Error`
  expect(outcomes.map((text) => text.replace(`${base}:`, `${base}/:`))).toEqual([
    failed,
    'ok',
    failed,
    failed,
    failed,
    ended,
    ended,
  ])
  expect(requests).toHaveLength(5)
})

describe('rules', () => {
  it('pass over a status, or end, with what came', async () => {
    const { base } = await replies(status(404, {}, 'gone away'))
    const { client } = testClient(base, { on: { '404:away': 'skip' } })
    expect(await client.request(get(base), readText)).toMatchObject({
      outcome: 'skip',
      status: 404,
      value: 'gone away',
    })
    const own = get(base, { on: [{ status: '4xx', text: '', action: 'end' }] })
    expect(await client.request(own, readText)).toMatchObject({ outcome: 'end', status: 404 })
  })

  it('give a long body whole, though its beginning was looked into', async () => {
    const text = 'x'.repeat(300_000)
    const { base } = await replies(status(410, {}, text))
    const { client } = testClient(base, { on: { '410': 'skip' } })
    expect((await client.request(get(base), readText)).value).toBe(text)
  })

  it('say what a redirect means, before it is followed', async () => {
    const { base, requests } = await replies(status(302, { Location: '/login' }))
    const { client } = testClient(base, { on: { '302': 'fail' } })
    await expect(client.request(get(base), readText)).rejects.toMatchObject({ code: 'http' })
    expect(requests).toHaveLength(1)
  })
})

describe('redirects', () => {
  it('are followed, with the method that they ask for', async () => {
    const { base, requests } = await replies(
      status(307, { Location: '/b?c=1' }),
      status(303, { Location: 'd' }),
      (response, request) => void request.pipe(response),
    )
    const request = get(`${base}/a`, { method: 'POST', body: 'x', headers: { 'Content-Type': 'text/plain' } })
    const answer = await testClient(base).client.request(request, readText)
    expect(answer).toMatchObject({ url: `${base}/d`, value: '' })
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /a', 'POST /b?c=1', 'GET /d'])
    expect(requests[2]!.headers['content-type']).toBeUndefined()
  })

  it('are followed five times', async () => {
    const { base, requests } = await replies(status(302, { Location: '/again' }))
    await expect(testClient(base).client.request(get(base), readText)).rejects.toMatchObject({
      code: 'http',
      message: `${new URL(base).host} redirects more than 5 times`,
    })
    expect(requests).toHaveLength(6)
  })

  it.each([301, 302, 303])('%i does not turn a deletion into a look', async (code) => {
    const { base, requests } = await replies(status(code, { Location: '/b' }), ok)
    const request = get(base, { method: 'DELETE' })
    await expect(testClient(base).client.request(request, readText)).rejects.toMatchObject({ code: 'http' })
    expect(requests).toHaveLength(1)
  })

  it('that lead nowhere are an error', async () => {
    const { base } = await replies(status(302, { Location: 'http://[' }))
    await expect(testClient(base).client.request(get(base), readText)).rejects.toMatchObject({ code: 'http' })
  })

  it('carry no body to another host', async () => {
    const other = await replies(ok)
    const { base } = await replies(status(308, { Location: other.base }))
    const request = get(base, { method: 'POST', body: 'x' })
    await expect(testClient(base).client.request(request, readText)).rejects.toMatchObject({ code: 'http' })
    expect(other.requests).toHaveLength(0)
  })
})

it('asks no other host than its own, unless it is listed', async () => {
  const other = await replies(ok)
  const { base } = await replies(ok)
  await expect(testClient(base).client.request(get(other.base), readText)).rejects.toMatchObject({
    code: 'wrong-content',
    message: expect.stringContaining(new URL(other.base).host) as string,
  })
  expect(other.requests).toHaveLength(0)
  const { client } = testClient(base, { hosts: [new URL(other.base).host] })
  expect((await client.request(get(other.base), readText)).value).toBe('done')
})

describe('an interrupt', () => {
  it('ends a request, and everything after', async () => {
    const abort = new AbortController()
    const { base, requests } = await replies((response) => {
      response.write('x')
      abort.abort()
    })
    const { client } = testClient(base, { abort })
    await expect(client.request(get(base), readText)).rejects.toMatchObject({ code: 'cancelled' })
    await expect(client.request(get(base), readText)).rejects.toMatchObject({ code: 'cancelled' })
    expect(requests).toHaveLength(1)
  })

  it('ends a wait, whatever its reason', async () => {
    const abort = new AbortController()
    const { base, requests } = await replies(status(429))
    const say = async (): Promise<void> => abort.abort(new Error('any reason'))
    const { client, said, clock } = testClient(base, { abort, say })
    await expect(client.request(get(base), readText)).rejects.toMatchObject({ code: 'cancelled' })
    expect([requests.length, said.length, clock.sleeps]).toEqual([1, 1, []])
  })
})
