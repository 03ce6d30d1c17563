import { describe, expect, it } from 'vitest'
import type { UnsiloError } from '../errors.ts'
import { type Sink, type TestSurroundings, errorOf, openSink, sendBy, surroundings } from './alerts.fixture.ts'

const secretPath = '/hook/T0S3CR3T/xyzzy-canary'

describe('what comes back', () => {
  const cases: [
    answer: { status: number; body?: string; headers?: Record<string, string> },
    code: string,
    retryable: boolean,
  ][] = [
    [{ status: 500 }, 'http', true],
    [{ status: 503, body: '<html>busy</html>' }, 'http', true],
    [{ status: 429 }, 'http', true],
    [{ status: 400, body: 'invalid_payload' }, 'http', false],
    [{ status: 404 }, 'http', false],
    [{ status: 401 }, 'auth', false],
    [{ status: 403, body: 'invalid_token' }, 'auth', false],
    [{ status: 301, headers: { location: 'https://elsewhere.example/' } }, 'http', false],
  ]

  async function through(sink: Sink, at: TestSurroundings = surroundings()): Promise<UnsiloError> {
    const url = at.secret('url', `${sink.url}${secretPath}`)
    return errorOf(await sendBy({ kind: 'webhook', url }, undefined, at))
  }

  it.each(cases)('%j is told, without the address', async (answer, code, retryable) => {
    const sink = await openSink({ ...answer, body: answer.body ?? '' })
    const error = await through(sink)
    expect(error).toMatchObject({ code, retryable })
    expect(error.message).toContain(`HTTP ${answer.status}`)
    expect(error.hint).toMatch(/\.$/)
    // Nothing is sent on to where a redirect leads.
    expect(sink.received).toHaveLength(1)
  })

  it('is shown without secrets when the server repeats them', async () => {
    const sink = await openSink({ status: 400, body: `no such hook: ${secretPath}` })
    const { message } = await through(sink)
    expect(message).toContain('no such hook')
    expect(message).not.toMatch(/xyzzy|T0S3CR3T/)
  })

  it('is a timeout when nothing comes', async () => {
    const sink = await openSink({ silent: true })
    expect(await through(sink, surroundings({ timeoutMs: 100 }))).toMatchObject({ code: 'timeout', retryable: true })
  })

  it('is a network error when nobody is there', async () => {
    const at = surroundings()
    const url = at.secret('url', `http://127.0.0.1:9${secretPath}`)
    const error = errorOf(await sendBy({ kind: 'webhook', url }, undefined, at))
    expect(error).toMatchObject({ code: 'network', retryable: true })
    expect(error.message).not.toContain('xyzzy')
  })

  it('is refused before anything is sent when the address is not protected', async () => {
    const at = surroundings()
    const url = at.secret('url', `http://nas.example${secretPath}`)
    const error = errorOf(await sendBy({ kind: 'webhook', url }, undefined, at))
    expect(error).toMatchObject({ code: 'config', retryable: false })
    expect(error.message).not.toContain('xyzzy')
  })

  it('says which secret cannot be read, and where that is mended', async () => {
    const values = { kind: 'webhook', url: { file: 'nowhere' } }
    const error = errorOf(await sendBy(values))
    expect(error.message).toContain('alerts.chat.url')
    expect(error.hint).toContain('unsilo.toml')
  })
})
