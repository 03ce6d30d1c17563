import { execFile } from 'node:child_process'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { everythingIn } from '../../../test/servers/kept-text.ts'
import { type PostgresServer, hasPostgres, postgresPrograms, startPostgres } from '../../../test/servers/postgres.ts'
import { childrenNamed, memoryGrowth, watchProcesses } from '../../../test/servers/watch-processes.ts'
import { feed, restoreCommand } from '../../../test/servers/restore.ts'
import { type Fault, breakingFiles } from '../../../test/support/breaking-files.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'

const canary = String.raw`can:ary/7+zXq9"w'\ #`
const run = promisify(execFile)

/** What unsilo itself has left in the folder for temporary files. */
const leftIn = (folder: string): string[] => readdirSync(folder).filter((name) => !name.startsWith('unsilo-test-'))

/** A dataset of the server's databases; `source` replaces or adds keys. */
function dataset(server: Pick<PostgresServer, 'port'>, source: Record<string, unknown>, more = ''): TestDataset {
  const secret = join(temporaryFolder(), 'password')
  writeFileSync(secret, `${canary}\n`)
  const keys = { host: '127.0.0.1', port: server.port, user: 'postgres', database: 'shop', ...source }
  const lines = Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
  const password = 'password' in source ? '' : `password = { file = ${JSON.stringify(secret)} }\n`
  return testDataset(`interval = "1 hour"\n${more}\n[source]\nkind = "postgres"\n${lines.join('\n')}\n${password}`)
}

describe.skipIf(!hasPostgres)('databases of a PostgreSQL server', () => {
  let server: PostgresServer
  let temporary: string

  beforeAll(async () => {
    server = await startPostgres(canary)
    await server.sql('postgres', 'CREATE DATABASE shop')
    await server.sql('postgres', `CREATE DATABASE "a.b/c=d 'é\\"`)
    await server.sql('postgres', 'CREATE DATABASE globals')
    await server.sql(
      'shop',
      `CREATE TABLE items (id int PRIMARY KEY, name text, price numeric, made timestamptz, raw bytea);
       INSERT INTO items SELECT n, repeat('ü', n % 50), n / 7.0, to_timestamp(n), decode(md5(n::text), 'hex')
         FROM generate_series(1, 5000) n;
       CREATE VIEW dear AS SELECT * FROM items WHERE price > 100;
       CREATE ROLE seller LOGIN PASSWORD 'x'`,
    )
  })
  afterAll(() => server?.stop())

  beforeEach(() => {
    temporary = temporaryFolder()
    vi.stubEnv('TMPDIR', temporary)
    return () => vi.unstubAllEnvs()
  })

  const rows = (database: string): Promise<string> => server.sql(database, 'SELECT * FROM items ORDER BY id')

  async function intoNew(restore: (database: string) => Promise<unknown>): Promise<string> {
    const database = `restored_${Math.random().toString(36).slice(2)}`
    await server.sql('postgres', `CREATE DATABASE ${database}`)
    await restore(database)
    return database
  }

  const restore = (kind: 'postgres custom' | 'postgres plain', path: string): Promise<string> =>
    intoNew((database) => feed(path, restoreCommand(kind, [], database), server.environment))

  it('are dumped for pg_restore, and give the same rows again', async () => {
    const test = dataset(server, {})
    expect((await test.run()).exported).toMatchObject({ event: 'sealed', state: 'good', files: 1 })
    const [name] = test.names('data')
    expect(name).toMatch(/Z\.dump$/)
    expect(await rows(await restore('postgres custom', join(test.folder, 'data', name!)))).toBe(await rows('shop'))
  })

  it('are dumped as SQL, compressed on the way', async () => {
    const test = dataset(server, { format: 'plain' }, 'compress = "gzip"')
    expect((await test.run()).exported).toMatchObject({ event: 'sealed', state: 'good' })
    const [name] = test.names('data')
    expect(name).toMatch(/Z\.sql\.gz$/)
    const path = join(test.folder, 'data', name!)
    await run('gunzip', ['--keep', path])
    expect(await rows(await restore('postgres plain', path.replace(/\.gz$/, '')))).toBe(await rows('shop'))
  })

  it('are dumped as folders, by several processes at once', async () => {
    const test = dataset(server, { format: 'directory', jobs: 2 })
    expect((await test.run()).exported).toMatchObject({ event: 'sealed', state: 'good' })
    const folder = join(test.folder, 'data', test.names('data')[0]!, 'shop')
    const restored = await intoNew(async (database) => {
      const [program, ...parameters] = restoreCommand('postgres directory', [], database)
      await run(program, [...parameters, folder], { env: server.environment })
    })
    expect(await rows(restored)).toBe(await rows('shop'))
  })

  it('are all dumped with "*", but those to ignore, with the roles', async () => {
    const test = dataset(server, { database: '*', ignore: ['postgres'], globals: true, format: 'plain' })
    expect((await test.run()).exported).toMatchObject({ event: 'sealed', state: 'good' })
    const folder = join(test.folder, 'data', test.names('data')[0]!)
    const names = readdirSync(folder).filter((name) => !name.startsWith('restored_'))
    expect(names.sort()).toEqual(['%67lobals.sql', 'a.b%2Fc%3Dd%20%27%C3%A9%5C.sql', 'globals.sql', 'shop.sql'])
    expect(everythingIn(folder)).toContain('CREATE ROLE seller')
  })

  it('are dumped by name from a list', async () => {
    const test = dataset(server, { database: ['shop', `a.b/c=d 'é\\`] })
    expect((await test.run()).exported).toMatchObject({ event: 'sealed', files: 2 })
  })

  it.each(['custom', 'plain'])('are compressed with zstd, alone and in a folder (%s)', async (format) => {
    for (const database of ['shop', ['shop', 'globals']]) {
      const test = dataset(server, { database, format }, 'compress = "zstd"\nsilence = "1m"')
      const slow = (await test.run()).exported
      test.configure(test.read('config.toml').replace('silence = "1m"', ''))
      const quick = (await test.run({ exportNow: true })).exported
      for (const parcel of [slow, quick]) expect(parcel).toMatchObject({ event: 'sealed', state: 'good' })
      const [before, now] = test.names('data').map((name) => join(test.folder, 'data', name))
      if (database === 'shop') expect(statSync(now!).size).toBeGreaterThan(0.9 * statSync(before!).size)
      else expect(readdirSync(now!)).toEqual(readdirSync(before!))
    }
  })

  it('may lack what dump_args leaves out', async () => {
    const test = dataset(server, { format: 'plain', dump_args: ['--exclude-table-data=items'] })
    await test.run()
    expect(everythingIn(join(test.folder, 'data'))).not.toContain('\\x')
    expect(everythingIn(join(test.folder, 'data'))).toContain('CREATE TABLE public.items')
  })

  it('are each as at one moment, while others write', async () => {
    await server.sql('postgres', 'CREATE DATABASE bank')
    await server.sql(
      'bank',
      `CREATE TABLE a AS SELECT 1000000 AS amount;
       CREATE TABLE middle AS SELECT repeat(md5(n::text), 10) FROM generate_series(1, 50000) n;
       CREATE TABLE z AS SELECT 0 AS amount`,
    )
    const done = new AbortController()
    let writes = 0
    const write = async (): Promise<void> => {
      for (; !done.signal.aborted; writes++)
        await server.sql('bank', 'UPDATE a SET amount = amount - 1; UPDATE z SET amount = amount + 1')
    }
    const writing = write()
    await expect.poll(() => writes).toBeGreaterThan(2)
    const test = dataset(server, { database: 'bank' })
    const before = writes
    await test.run()
    const during = writes - before
    done.abort()
    await writing
    expect(during).toBeGreaterThan(2)
    const restored = await restore('postgres custom', join(test.folder, 'data', test.names('data')[0]!))
    expect(await server.sql(restored, 'SELECT a.amount + z.amount, z.amount > 0 FROM a, z')).toBe('1000000|t')
  })

  it('need no more memory when they are large', async () => {
    await server.sql('postgres', 'CREATE DATABASE large')
    await server.sql(
      'large',
      `CREATE UNLOGGED TABLE t AS
         SELECT (SELECT string_agg(md5((n * m)::text), '') FROM generate_series(1, 200) m) || repeat(md5(n::text), 1800)
           FROM generate_series(1, 2500) n;
       ALTER TABLE t SET LOGGED`,
    )
    const test = dataset(server, { database: 'large', format: 'plain' })
    const growth = await memoryGrowth(() => test.run())
    expect(test.history().newest?.state).toBe('good')
    expect(growth).toBeLessThan(100_000_000)
  })

  it('come with a password that nobody else sees, in a file that is gone afterwards', async () => {
    const test = dataset(server, { database: '*', ignore: ['large', 'bank'], globals: true })
    const { result, programs, found } = await watchProcesses('can:ary', () => test.run())
    expect(result.exported).toMatchObject({ event: 'sealed' })
    expect([...programs]).toEqual(expect.arrayContaining(['pg_dump']))
    expect([...found]).toEqual([])
    expect(leftIn(temporary)).toEqual([])
    expect(everythingIn(test.folder)).not.toContain('can:ary')
    expect(JSON.stringify(result)).not.toContain('can:ary')
  })

  describe('fail in plain words, with nothing in data/,', () => {
    async function failure(test: TestDataset): Promise<unknown> {
      const { exported } = await test.run()
      expect(test.names('data')).toEqual([])
      expect(leftIn(temporary)).toEqual([])
      expect(`${JSON.stringify(exported)}${everythingIn(test.folder)}`).not.toContain('can:ary')
      return exported
    }

    it('when the password is wrong, with or without globals', async () => {
      const wrong = { file: join(temporaryFolder(), 'wrong') }
      writeFileSync(wrong.file, 'can:ary but wrong')
      for (const more of [{}, { globals: true }, { database: '*' }]) {
        const test = testDataset(
          `[source]\nkind = "postgres"\nhost = "127.0.0.1"\nport = ${server.port}\nuser = "postgres"\n` +
            `password = { file = ${JSON.stringify(wrong.file)} }\n` +
            Object.entries({ database: 'shop', ...more })
              .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
              .join('\n'),
        )
        const { exported } = await test.run({ exportNow: true })
        expect(exported).toMatchObject({
          event: 'failed',
          code: 'auth',
          reason: 'the server refuses: password authentication failed for user "postgres"',
        })
        expect(test.names('data')).toEqual([])
        expect(everythingIn(test.folder)).not.toContain('can:ary')
      }
    })

    it('when there is no such database', async () => {
      expect(await failure(dataset(server, { database: 'nowhere' }))).toMatchObject({
        code: 'not-found',
        reason: 'the server says: database "nowhere" does not exist',
      })
    })

    it('when nothing listens there', async () => {
      expect(await failure(dataset(server, { port: 1 }))).toMatchObject({
        code: 'network',
        reason: 'the server is away: Connection refused',
      })
    })

    it('when the user may not read it all', async () => {
      await server.sql('postgres', `ALTER ROLE seller PASSWORD '${canary.replaceAll("'", "''")}'`)
      expect(await failure(dataset(server, { user: 'seller' }))).toMatchObject({
        code: 'not-permitted',
        reason: 'the server says: permission denied for table items',
      })
    })

    it('when the dump program is not there, or no program', async () => {
      const programs = temporaryFolder()
      expect(await failure(dataset(server, { programs }))).toMatchObject({
        code: 'missing-program',
        hint: expect.stringContaining('postgresql-client') as string,
      })
      writeFileSync(join(programs, 'pg_dump'), 'x', { mode: 0o644 })
      expect(await failure(dataset(server, { programs }))).toMatchObject({ code: 'not-permitted' })
    })

    /** Resolves when the dump is under way, and far from its end. */
    const underWay = (test: TestDataset): Promise<unknown> =>
      vi.waitUntil(
        () => test.names('incomplete').some((name) => statSync(join(test.folder, 'incomplete', name)).size > 1_000_000),
        { interval: 2, timeout: 30_000 },
      )

    it.each(['none', 'zstd'])('when the dump program is killed (%s)', async (codec) => {
      const source = { database: 'large', format: 'plain', programs: postgresPrograms }
      const test = dataset(server, source, `compress = "${codec}"`)
      const failing = failure(test)
      await underWay(test)
      for (const pid of childrenNamed('pg_dump')) process.kill(pid, 'SIGKILL')
      expect(await failing).toMatchObject({ code: 'command-failed', reason: 'pg_dump: ended by SIGKILL' })
    })

    it.each(['none', 'gzip', 'zstd'])('when a dump program says that all is well and is wrong (%s)', async (codec) => {
      for (const [format, reason] of [
        ['plain', 'the dump does not end with "PostgreSQL database dump complete"'],
        ['custom', 'pg_restore cannot read it'],
      ] as const) {
        const programs = temporaryFolder()
        const cut = `#!/bin/sh\n'${postgresPrograms}/pg_dump' "$@" | head -c 100000\n`
        writeFileSync(join(programs, 'pg_dump'), cut, { mode: 0o755 })
        writeFileSync(join(programs, 'pg_restore'), `#!/bin/sh\nexec '${postgresPrograms}/pg_restore' "$@"\n`, {
          mode: 0o755,
        })
        const test = dataset(server, { programs, format, database: 'large' }, `compress = "${codec}"`)
        expect(await failure(test)).toMatchObject({
          code: 'wrong-content',
          reason: expect.stringContaining(reason) as string,
        })
      }
    })

    it.each(['none', 'zstd'])('when the disk is full, and leaves no program behind (%s)', async (codec) => {
      const test = dataset(server, { database: 'large' }, `compress = "${codec}"`)
      let writes = 0
      const fault: Fault = (_, name) =>
        name.includes('incomplete/') && name.startsWith('write') && ++writes > 20 ? { refuse: 'ENOSPC' } : 'go on'
      const { exported } = await test.run({}, { ...test.system, files: breakingFiles(fault).files })
      expect(exported).toMatchObject({ code: 'no-space' })
      const left = ['pg_dump', 'pg_restore', 'zstd'].flatMap(childrenNamed)
      expect([test.names('data'), left, leftIn(temporary)]).toEqual([[], [], []])
    })

    it('when it takes too long, and leaves no program behind', async () => {
      const programs = temporaryFolder()
      writeFileSync(join(programs, 'pg_dump'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 })
      expect(await failure(dataset(server, { programs }, 'timeout = "1s"'))).toMatchObject({
        code: 'timeout',
        reason: 'pg_dump took longer than 1 second and was ended',
      })
    })

    it.each(['none', 'zstd'])('when it is interrupted (%s)', async (codec) => {
      const test = dataset(server, { database: 'large' }, `compress = "${codec}"`)
      const controller = new AbortController()
      test.context.signal = controller.signal
      const failing = failure(test)
      await underWay(test)
      controller.abort()
      expect(await failing).toMatchObject({ code: 'cancelled' })
      expect(['pg_dump', 'pg_restore', 'zstd'].flatMap(childrenNamed)).toEqual([])
    })

    // The last one: nobody can use the server after it.
    it('when the server crashes in the middle', async () => {
      const test = dataset(server, { database: 'large', format: 'plain' })
      const failing = failure(test)
      await underWay(test)
      await server.kill()
      expect(await failing).toMatchObject({
        code: 'network',
        reason: expect.stringMatching(/^the server is away: server closed the connection unexpectedly/) as string,
      })
    })
  })
})
