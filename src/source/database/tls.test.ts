import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasOpenssl } from '../../../test/servers/certificates.ts'
import { hasMariadb, startMariadb } from '../../../test/servers/mariadb.ts'
import { hasPostgres, startPostgres } from '../../../test/servers/postgres.ts'
import { dumped, refusal, restoreTo } from '../../../test/restore/restore.fixture.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { testDataset } from '../../../test/support/test-dataset.ts'
import { sourceConfig } from '../../config/source-config.ts'
import type { PrivateFolder } from '../../system/private-folder.ts'
import { connectionOf } from '../mysql/connection.ts'
import { parseDatabaseUrl } from './address.ts'

const password = 'can:ary'

const systems = [
  { kind: 'postgres', user: 'postgres', own: 'postgres', start: startPostgres, isMissing: !hasPostgres },
  { kind: 'mariadb', user: 'root', own: 'mysql', start: startMariadb, isMissing: !hasMariadb },
]

describe.each(systems)('a server that takes protected connections only ($kind)', ({ kind, user, own, ...system }) => {
  describe.skipIf(system.isMissing || !hasOpenssl)('', () => {
    let server: Awaited<ReturnType<typeof system.start>>
    beforeAll(async () => {
      server = await system.start(password, { tls: true })
      await server.sql(own, 'CREATE DATABASE shop')
      await server.sql('shop', 'CREATE TABLE items (id int); INSERT INTO items VALUES (4711)')
      await server.sql(own, 'CREATE DATABASE again')
    })
    afterAll(() => server?.stop())

    const source = (more: Record<string, unknown>) => ({
      kind,
      host: 'localhost',
      port: server.port,
      user,
      database: 'shop',
      ...more,
    })

    async function outcome(more: Record<string, unknown>): Promise<unknown> {
      const secret = join(temporaryFolder(), 'password')
      writeFileSync(secret, password)
      const keys = Object.entries(source(more)).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
      const test = testDataset(`[source]\n${keys.join('\n')}\npassword = { file = ${JSON.stringify(secret)} }\n`)
      return (await test.run({ exportNow: true })).exported
    }

    it('is dumped with any certificate, or only with the one that is to be trusted', async () => {
      const { ca } = server.certificates!
      for (const more of [
        { tls: 'require' },
        { tls: 'verify', tls_ca: ca },
        { tls: 'verify', tls_ca: ca, database: '*' },
      ]) {
        expect(await outcome(more)).toMatchObject({ event: 'sealed', state: 'good' })
      }
      expect(await outcome({ tls: 'off' })).toMatchObject({ event: 'failed' })
    })

    it('is not dumped, nor asked twice, when it cannot be trusted', async () => {
      const { ca, certificate } = server.certificates!
      for (const more of [
        { tls: 'verify', tls_ca: ca, host: '127.0.0.1' },
        { tls: 'verify', tls_ca: certificate.replace('server.pem', 'nothing.pem') },
        { tls: 'verify' },
      ]) {
        expect(await outcome({ ...more, database: ['shop'] })).toMatchObject({
          event: 'failed',
          code: 'network',
          reason: expect.stringMatching(/^no protected connection: .*(?:certificate|SSL|TLS)/s) as string,
          hint: expect.stringContaining('tls_ca') as string,
        })
      }
    })

    it('gets its data back over such a connection, and not over another', async () => {
      const test = await dumped(source({ tls: 'require' }), password)
      const url = `${own}://${user}@localhost:${server.port}/again`
      const readPassword = (): Promise<string> => Promise.resolve(password)
      expect(await refusal(restoreTo(test, `${url}?tls=verify`, { readPassword }))).toMatchObject({
        code: 'network',
        message: expect.stringContaining('no protected connection: ') as string,
        hint: expect.stringContaining('tls_ca') as string,
      })
      const { ca } = server.certificates!
      await restoreTo(test, `${url}?tls=verify&tls_ca=${encodeURIComponent(ca)}`, { readPassword })
      expect(await server.sql('again', 'SELECT id FROM items')).toBe('4711')
    })
  })
})

describe('a server without TLS', () => {
  it.skipIf(!hasPostgres)('is not dumped when the connection has to be protected', async () => {
    const server = await startPostgres(password)
    try {
      const test = testDataset(
        `[source]\nkind = "postgres"\nhost = "127.0.0.1"\nport = ${server.port}\ndatabase = "postgres"\ntls = "require"`,
      )
      expect((await test.run({ exportNow: true })).exported).toMatchObject({
        code: 'network',
        reason: 'no protected connection: server does not support SSL, but SSL was required',
      })
    } finally {
      await server.stop()
    }
  })
})

describe('tls', () => {
  const problemsOf = (kind: string, keys: Record<string, unknown>): string[] =>
    sourceConfig.safeParse({ kind, database: 'shop', ...keys }).error?.issues.map(({ message }) => message) ?? []

  it.each(['postgres', 'mysql', 'mariadb'])('has certificates only where they are checked (%s)', (kind) => {
    expect(problemsOf(kind, { tls: 'verify', tls_ca: 'ca.pem' })).toEqual([])
    for (const keys of [{ tls_ca: 'ca.pem' }, { tls: 'require', tls_ca: 'ca.pem' }]) {
      expect(problemsOf(kind, keys)).toEqual(['has no use without `tls = "verify"`'])
    }
  })

  it('is said to MySQL’s own programs in their words', () => {
    const unused: PrivateFolder = { path: '', write: () => expect.unreachable() }
    const parametersOf = (tls: Parameters<typeof connectionOf>[0]['tls']): string[] =>
      connectionOf({ tls }, undefined, unused, { isMariadb: false }).parameters
    expect(parametersOf(undefined)).toEqual([])
    expect(parametersOf({ mode: 'off', ca: undefined })).toEqual(['--ssl-mode=DISABLED'])
    expect(parametersOf({ mode: 'require', ca: undefined })).toEqual(['--ssl-mode=REQUIRED'])
    expect(parametersOf({ mode: 'verify', ca: '/a b' })).toEqual(['--ssl-mode=VERIFY_IDENTITY', '--ssl-ca=/a b'])
  })

  it('stands in a URL as in the configuration', () => {
    const tlsOf = (query: string): unknown => parseDatabaseUrl(`postgres://db/shop${query}`, '/here').tls
    expect(tlsOf('')).toBeUndefined()
    expect(tlsOf('?tls=require')).toEqual({ mode: 'require', ca: undefined })
    expect(tlsOf('?tls=verify&tls_ca=ca.pem')).toEqual({ mode: 'verify', ca: '/here/ca.pem' })
    expect(() => tlsOf('?tls=maybe')).toThrow('--to: "tls" is one of off, require, verify')
    expect(() => tlsOf('?tls_ca=ca.pem')).toThrow('--to: "tls_ca" has no use without tls = "verify"')
  })
})
