import { describe, expect, it } from 'vitest'
import { type AuthOptions, type OAuthOptions, usualAuth } from './auth-options.ts'
import { body, services } from './service.fixture.ts'
import type { Service } from './service.ts'

const start = services()

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

interface Shown {
  headers?: Record<string, string>
  query?: string
}

const kinds: [AuthOptions, right: Shown, wrong: Shown][] = [
  [
    { kind: 'basic', user: 'me', password: 'pass:word' },
    { headers: { authorization: basic('me', 'pass:word') } },
    { headers: { authorization: basic('me', 'pass') } },
  ],
  [
    { kind: 'bearer', token: 'secret' },
    { headers: { authorization: 'Bearer secret' } },
    { headers: { authorization: 'Bearer other' } },
  ],
  [
    { kind: 'api-key', name: 'X-Key', value: 'secret', in: 'header' },
    { headers: { 'x-key': 'secret' } },
    { headers: { 'x-key': 'other' } },
  ],
  [{ kind: 'api-key', name: 'key', value: 'a b&c', in: 'query' }, { query: '?key=a+b%26c' }, { query: '?key=a' }],
  [
    { kind: 'cookie', name: 'session', value: 'a=b' },
    { headers: { cookie: 'theme=dark; session=a=b' } },
    { headers: { cookie: 'session=old' } },
  ],
]

const oauth: OAuthOptions = { kind: 'oauth2', clientId: 'id', clientSecret: 'se:cret', refreshToken: 'refresh-0' }

interface Tokens {
  status: number
  access_token: string
  refresh_token?: string
  expires_in?: number
  error?: string
}

async function askToken(service: Service, form: Record<string, string>, header = true): Promise<Tokens> {
  const client: Record<string, string> = header ? {} : { client_id: 'id', client_secret: 'se:cret' }
  const response = await fetch(`${service.url}/oauth/token`, {
    method: 'POST',
    headers: header ? { authorization: basic('id', 'se%3Acret') } : {},
    body: new URLSearchParams({ ...form, ...client }),
  })
  return { ...(await body<Tokens>(response)), status: response.status }
}

async function status(service: Service, token: string): Promise<number> {
  return (await fetch(`${service.url}/page/none`, { headers: { authorization: `Bearer ${token}` } })).status
}

describe('the authorization of a simulated service', () => {
  it.each(kinds)('is asked for and checked: $kind', async (auth, right, wrong) => {
    const ask = async (service: Service, { headers = {}, query = '' }: Shown) =>
      (await fetch(`${service.url}/page/none${query}`, { headers })).status
    const service = await start({ auth })
    expect(await ask(service, {})).toBe(401)
    expect(await ask(service, wrong)).toBe(401)
    expect(await ask(service, right)).toBe(200)
    const strict = await start({ auth: { ...auth, wrongStatus: 403 } })
    expect(await ask(strict, wrong)).toBe(403)
  })

  it('may be another one for each API', async () => {
    const { url } = await start({ auth: usualAuth })
    expect((await fetch(`${url}/page/none`)).status).toBe(200)
    expect((await fetch(`${url}/export/`)).status).toBe(401)
    const headers = { authorization: basic('exporter', 'study-password-61c') }
    expect((await fetch(`${url}/export/`, { headers })).status).toBe(200)
    expect((await fetch(`${url}/v1/posts/all?format=json&auth_token=me:PINBOARD4D1E`)).status).toBe(200)
  })

  it('rotates refresh tokens: an old one is refused', async () => {
    const service = await start({ auth: oauth })
    const first = await askToken(service, { grant_type: 'refresh_token', refresh_token: 'refresh-0' })
    expect(first).toMatchObject({ status: 200, expires_in: 3600 })
    expect(first.refresh_token).toBe(service.oauth!.refreshToken)
    expect(await status(service, first.access_token)).toBe(200)
    expect(await status(service, 'made-up')).toBe(401)
    const again = await askToken(service, { grant_type: 'refresh_token', refresh_token: 'refresh-0' })
    expect(again).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(await status(service, first.access_token)).toBe(200)
    const second = await askToken(service, { grant_type: 'refresh_token', refresh_token: first.refresh_token! }, false)
    expect(second.status).toBe(200)
    expect(service.oauth!.issued).toHaveLength(4)
  })

  it('may revoke everything when an old refresh token is used', async () => {
    const service = await start({ auth: { ...oauth, revokesOnReuse: true } })
    const { access_token } = await askToken(service, { grant_type: 'refresh_token', refresh_token: 'refresh-0' })
    await askToken(service, { grant_type: 'refresh_token', refresh_token: 'refresh-0' })
    expect(await status(service, access_token)).toBe(401)
    expect(service.oauth!.refreshToken).toBeUndefined()
  })

  it('gives tokens for client credentials and passwords, and only to its client', async () => {
    const service = await start({ auth: { ...oauth, clientAuth: 'basic', user: 'me', password: 'word' } })
    expect((await askToken(service, { grant_type: 'client_credentials' })).status).toBe(200)
    expect((await askToken(service, { grant_type: 'client_credentials' }, false)).status).toBe(401)
    const password = { grant_type: 'password', username: 'me', password: 'word' }
    expect((await askToken(service, password)).status).toBe(200)
    expect((await askToken(service, { ...password, password: 'other' })).error).toBe('invalid_grant')
    expect((await askToken(service, { grant_type: 'magic' })).error).toBe('unsupported_grant_type')
  })

  it('gives tokens that end after so many requests, or so many seconds', async () => {
    const counted = await start({ auth: { ...oauth, tokenRequests: 2 } })
    const one = await askToken(counted, { grant_type: 'client_credentials' })
    const statuses = []
    for (let times = 0; times < 3; times++) statuses.push(await status(counted, one.access_token))
    expect(statuses).toEqual([200, 200, 401])
    const timed = await start({ auth: { ...oauth, tokenSeconds: 60, saysSeconds: null } })
    const other = await askToken(timed, { grant_type: 'client_credentials' })
    expect(other.expires_in).toBeUndefined()
    expect(await status(timed, other.access_token)).toBe(200)
    timed.advanceTo(new Date(timed.account.now.getTime() + 60_000))
    expect(await status(timed, other.access_token)).toBe(401)
  })
})
