import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer as createSocketServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer as createSecureServer } from 'node:https'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { inspect } from 'node:util'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { type HttpRequest, sayStatus, systemHttp } from './http.ts'

const never = new AbortController().signal

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const serve = (listener: RequestListener): Promise<string> => listen(createServer(listener))

/** A server that answers with these bytes as they are, and then does what `after` says. */
const answerBytes = (text: string, after: (socket: Socket) => void): Promise<string> =>
  listen(
    createSocketServer((socket) => {
      socket.once('data', () => socket.write(text, () => after(socket)))
    }),
  )

async function get(host: string, more: Partial<HttpRequest> = {}, silenceMs = 5000, signal = never) {
  const request = { method: 'GET', url: `http://${host}/a?b=c`, headers: {}, ...more }
  const response = await systemHttp.send(request, { signal, silenceMs })
  return { ...response, body: await buffer(response.body as AsyncIterable<Buffer>) }
}

it('sends what it is told, and gives every status as an answer', async () => {
  const host = await serve((request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(404, { Link: ['<a>', '<b>'], 'X-Method': request.method })
    request.pipe(response)
  })
  const answer = await get(host, { method: 'POST', body: 'é', headers: { Accept: 'x' } })
  expect(answer).toMatchObject({ status: 404, headers: { link: '<a>, <b>', 'x-method': 'POST' } })
  expect(answer.body.toString()).toBe('é')
})

it('returns redirects', async () => {
  const host = await serve((_, response) => response.writeHead(302, { Location: '/b' }).end())
  expect(await get(host)).toMatchObject({ status: 302, headers: { location: '/b' } })
})

it.each([
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
])('undoes %s', async (name, compress) => {
  const text = 'text '.repeat(10_000)
  const host = await serve((request, response) => {
    expect(request.headers['accept-encoding']).toContain(name)
    response.writeHead(200, { 'Content-Encoding': name }).end(compress(text))
  })
  expect((await get(host)).body.toString()).toBe(text)
})

it('takes an empty body for what it is, whatever its encoding is said to be', async () => {
  const host = await serve((request, response) => {
    response.writeHead(request.method === 'DELETE' ? 204 : 200, { 'Content-Encoding': 'gzip' }).end()
  })
  for (const method of ['HEAD', 'DELETE', 'GET']) expect((await get(host, { method })).body).toHaveLength(0)
})

describe('a body that breaks off is a network error that can be tried again', () => {
  const end = (socket: Socket): void => void socket.end()
  const gzip = gzipSync('x'.repeat(1000)).subarray(0, 20).toString('latin1')
  it.each([
    ['a Content-Length that is too long', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc', end],
    ['chunks without their end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n', end],
    [
      'a reset',
      'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc',
      (socket: Socket): void => void setTimeout(() => socket.resetAndDestroy(), 20),
    ],
    ['a chunk that is none', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\nabc\r\n', end],
    ['half a compressed body', `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n${gzip}`, end],
  ])('%s', async (_, text, after) => {
    const host = await answerBytes(text, after)
    const error = await get(host).catch((error: unknown) => error)
    expect(error).toMatchObject({ name: 'UnsiloError', code: 'network', retryable: true })
    expect((error as Error).cause).toBeUndefined()
    expect((error as Error).message).toContain(host)
  })
})

it('gives up on a server that does not answer at all, after the silence that is allowed', async () => {
  const host = await serve(() => undefined)
  await expect(get(host, {}, 50)).rejects.toMatchObject({
    code: 'timeout',
    retryable: true,
    message: `${host} sent nothing for less than a second`,
  })
})

it('gives up on a body that trickles and then hangs, and not while it trickles', async () => {
  let chunks = 0
  const host = await serve((_, response) => {
    const timer = setInterval(() => {
      response.write('x')
      if (++chunks === 8) clearInterval(timer)
    }, 150)
  })
  // All of it together takes longer than that.
  await expect(get(host, {}, 1000)).rejects.toMatchObject({ code: 'timeout', retryable: true })
  expect(chunks).toBe(8)
})

it('lets its reader take its time', async () => {
  const host = await serve((_, response) => {
    response.write('a')
    setTimeout(() => response.end('b'), 20)
  })
  const request = { method: 'GET', url: `http://${host}/`, headers: {} }
  const { body } = await systemHttp.send(request, { signal: never, silenceMs: 300 })
  let text = ''
  for await (const chunk of body) {
    text += Buffer.from(chunk).toString()
    await new Promise((resolve) => setTimeout(resolve, 400))
  }
  expect(text).toBe('ab')
})

it('says in words that nobody is there', async () => {
  const server = createServer()
  const host = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  await expect(get(host)).rejects.toMatchObject({
    code: 'network',
    retryable: true,
    message: `cannot reach ${host}: the connection was refused`,
  })
})

it.each([
  ['what is not HTTP', 'SSH-2.0-OpenSSH\r\n', 'what it answers is not HTTP'],
  ['nothing', '', 'the connection was closed before an answer came'],
])('says in words that %s came', async (_, text, reason) => {
  const host = await answerBytes(text, (socket) => void socket.end())
  await expect(get(host)).rejects.toMatchObject({ code: 'network', message: expect.stringContaining(reason) as string })
})

it('does not trust a certificate that nobody vouches for, and does not call that temporary', async () => {
  const folder = temporaryFolder()
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-days', '2']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  })
  const host = await listen(createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }))
  await expect(get(host, { url: `https://${host}/` })).rejects.toMatchObject({
    code: 'network',
    retryable: false,
    message: expect.stringContaining('certificate') as string,
  })
})

it('sends again at once when a kept connection turns out to be closed, if that does no harm', async () => {
  let requests = 0
  const host = await serve((request, response) => {
    requests++
    if (requests % 2 === 1) response.end('first')
    else request.socket.resetAndDestroy()
  })
  expect((await get(host)).body.toString()).toBe('first')
  expect((await get(host)).body.toString()).toBe('first')
  expect(requests).toBe(3)
  await expect(get(host, { method: 'POST' })).rejects.toMatchObject({ code: 'network' })
})

describe('an interrupt', () => {
  it('ends a request that is waited for', async () => {
    const abort = new AbortController()
    const host = await serve(() => abort.abort())
    await expect(get(host, {}, 5000, abort.signal)).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('ends a body that is being read', async () => {
    const abort = new AbortController()
    const host = await serve((_, response) => void response.write('x'))
    const request = { method: 'GET', url: `http://${host}/`, headers: {} }
    const { body } = await systemHttp.send(request, { signal: abort.signal, silenceMs: 5000 })
    const reading = buffer(body as AsyncIterable<Buffer>)
    abort.abort()
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('lets nothing begin', async () => {
    await expect(get('127.0.0.1:1', {}, 5000, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
  })
})

it('shows nothing of a request but its host in any error', async () => {
  const canary = 'canary-8d1f'
  const host = await answerBytes(
    `HTTP/1.1 200 ${canary}\r\n${canary}: \r\n bad\0\r\n\r\n`,
    (socket) => void socket.end(),
  )
  const headers = { Authorization: canary }
  const errors = await Promise.all(
    [
      get(host, { headers, url: `http://${host}/?key=${canary}` }),
      get(host, { headers, url: `http://:${canary}@[/` }),
      get(host, { headers, url: `ftp://${canary}/` }),
      get(host, { headers: { Authorization: `${canary}\nx` } }),
      get(host, { headers: { [`${canary} x`]: 'y' } }),
    ].map((sent) => sent.catch((error: unknown) => error)),
  )
  for (const error of errors) {
    expect(error).toMatchObject({ name: 'UnsiloError' })
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(canary)
    expect(inspect(error)).not.toContain(Buffer.from(canary).toString('hex').slice(0, 6))
  }
})

it('says a status', () => {
  expect([404, 599].map(sayStatus)).toEqual(['HTTP 404 Not Found', 'HTTP 599'])
})
