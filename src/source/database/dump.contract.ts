import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { everythingIn } from '../../../test/servers/kept-text.ts'
import { childrenNamed, memoryGrowth, watchProcesses } from '../../../test/servers/watch-processes.ts'
import { type Fault, breakingFiles } from '../../../test/support/breaking-files.ts'
import { reasonWithoutDisk, smallDisk } from '../../../test/support/small-disk.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import type { TestDataset } from '../../../test/support/test-dataset.ts'
import { canary, databaseDataset } from './database-dataset.fixture.ts'

interface DumpServer {
  port: number
  sql(database: string, text: string): Promise<string>
  /** As a crash would. */
  kill(): Promise<void>
}

/** A server with a database `shop`, whose password is the canary, and what is to be said of its dumps. */
export interface DumpSubject {
  server(): DumpServer
  /** `kind` and `user`. */
  source: { kind: string; user: string }
  /** The dump program, and the folder that it lies in. */
  program: string
  programs: string
  extension: string
  /** A database to say others by. */
  own: string
  /** What tells two databases apart that hold the same: every row of `shop`. */
  rows(database: string): Promise<string>
  /** Brings a dump, made without further keys, back into a new database. @returns Its name. */
  restore(path: string): Promise<string>
  /** With `database = "*"`: what else to say, and the files that come of it. */
  all: { keys: Record<string, unknown>; files: string[] }
  /** Something to leave out, and what is then neither in a dump nor anything else of it. */
  less: { keys: Record<string, unknown>; absent: string; present: string }
  /** Makes tables `a` with the amount 1000000, much in the middle, and `z` with 0. */
  bank: string
  /** Moves 1 from `a` to `z`. */
  transfer: string
  /** Makes far more than 100 MB, which zstd makes more than 10 MB of. */
  large: string
  /** Keys, and what is told of a dump made with them that breaks off. */
  formats: [keys: Record<string, unknown>, brokenOff: string][]
  /** One who may connect with the password "x", and read nothing of `shop`. */
  stranger: string
  says: Record<'wrongPassword' | 'noDatabase' | 'nobodyThere' | 'notPermitted' | 'install' | 'crashed', string>
}

/** What unsilo itself has left in the folder for temporary files. */
const leftIn = (folder: string): string[] => readdirSync(folder).filter((name) => !name.startsWith('unsilo-test-'))

/**
 * What every source has to do that lets a database server's own program dump it. Call it inside a `describe`, as the last: it
 * ends with the crash of the server.
 */
export function dumpContract(subject: DumpSubject): void {
  const { program, programs, says, own } = subject
  let temporary: string

  beforeAll(async () => {
    const { sql } = subject.server()
    for (const name of ['bank', 'large'] as const) {
      await sql(own, `CREATE DATABASE ${name}`)
      await sql(name, subject[name])
    }
  })
  beforeEach(() => {
    temporary = temporaryFolder()
    vi.stubEnv('TMPDIR', temporary)
    return () => vi.unstubAllEnvs()
  })

  const dataset = (keys: Record<string, unknown> = {}, more = '', password = canary): TestDataset =>
    databaseDataset({ source: { ...subject.source, port: subject.server().port, ...keys }, more, password })
  const sealed = (test: TestDataset): string => join(test.folder, 'data', test.names('data')[0]!)
  /** The programs of an export that are still there. */
  const running = (): number[] => [program, 'pg_restore', 'zstd'].flatMap(childrenNamed)

  it('dumps one database to one file, which gives the same rows again', async () => {
    const test = dataset()
    expect((await test.run()).exported).toMatchObject({ event: 'sealed', state: 'good', files: 1 })
    expect(test.names('data')).toEqual([expect.stringMatching(new RegExp(`Z\\.${subject.extension}$`))])
    expect(await subject.rows(await subject.restore(sealed(test)))).toBe(await subject.rows('shop'))
  })

  it('dumps all with "*", but those to ignore', async () => {
    const test = dataset({ database: '*', ...subject.all.keys })
    expect((await test.run()).exported).toMatchObject({ event: 'sealed', state: 'good' })
    const names = readdirSync(sealed(test)).filter((name) => !name.startsWith('restored_'))
    expect(names.sort()).toEqual(subject.all.files)
  })

  it('dumps a list, each in a file of its own', async () => {
    const test = dataset({ database: ['shop', own, 'shop'] })
    expect((await test.run()).exported).toMatchObject({ event: 'sealed', files: 2 })
    expect(readdirSync(sealed(test))).toEqual([own, 'shop'].map((name) => `${name}.${subject.extension}`))
  })

  it.each(subject.formats)('compresses with zstd, alone and in a folder: %j', async (keys) => {
    for (const database of ['shop', ['shop', own]]) {
      const test = dataset({ ...keys, database }, 'compress = "zstd"\nsilence = "1m"')
      const slow = (await test.run()).exported
      test.configure(test.read('config.toml').replace('silence = "1m"', ''))
      const quick = (await test.run({ exportNow: true })).exported
      for (const parcel of [slow, quick]) expect(parcel).toMatchObject({ event: 'sealed', state: 'good' })
      const [before, now] = test.names('data').map((name) => join(test.folder, 'data', name))
      if (database === 'shop') expect(statSync(now!).size).toBeGreaterThan(0.9 * statSync(before!).size)
      else expect(readdirSync(now!)).toEqual(readdirSync(before!))
    }
  })

  it('leaves out what dump_args say', async () => {
    const { keys, absent, present } = subject.less
    const test = dataset(keys)
    await test.run()
    expect(everythingIn(join(test.folder, 'data'))).not.toContain(absent)
    expect(everythingIn(join(test.folder, 'data'))).toContain(present)
  })

  it('dumps each as at one moment, while others write', async () => {
    const { sql } = subject.server()
    const done = new AbortController()
    let writes = 0
    const write = async (): Promise<void> => {
      for (; !done.signal.aborted; writes++) await sql('bank', subject.transfer)
    }
    const writing = write()
    await expect.poll(() => writes).toBeGreaterThan(2)
    const test = dataset({ database: 'bank' })
    const before = writes
    await test.run()
    const during = writes - before
    done.abort()
    await writing
    expect(during).toBeGreaterThan(2)
    const restored = await subject.restore(sealed(test))
    expect(await sql(restored, 'SELECT a.amount + z.amount FROM a, z')).toBe('1000000')
    expect(await sql(restored, 'SELECT count(*) FROM z WHERE amount > 0')).toBe('1')
  })

  it('needs no more memory when a database is large', async () => {
    const test = dataset({ database: 'large', ...subject.formats.at(-1)![0] })
    const growth = await memoryGrowth(() => test.run())
    expect(test.history().newest?.state).toBe('good')
    expect(growth).toBeLessThan(100_000_000)
  })

  it('uses a password that nobody else sees, in a file that is gone afterwards', async () => {
    const test = dataset({ database: '*', ...subject.all.keys })
    const { result, programs: seen, found } = await watchProcesses('can:ary', () => test.run())
    expect(result.exported).toMatchObject({ event: 'sealed' })
    expect([...seen]).toEqual(expect.arrayContaining([program]))
    expect([...found]).toEqual([])
    expect(leftIn(temporary)).toEqual([])
    expect(everythingIn(test.folder)).not.toContain('can:ary')
    expect(JSON.stringify(result)).not.toContain('can:ary')
  })

  describe('fails in plain words, with nothing in data/ and no program left,', () => {
    async function failure(test: TestDataset): Promise<unknown> {
      const { exported } = await test.run()
      expect(test.names('data')).toEqual([])
      expect([leftIn(temporary), running()]).toEqual([[], []])
      expect(`${JSON.stringify(exported)}${everythingIn(test.folder)}`).not.toContain('can:ary')
      return exported
    }
    const told = (code: string, words: string): unknown =>
      expect.objectContaining({ event: 'failed', code, reason: expect.stringContaining(words) as string })

    it('when the password is wrong', async () => {
      for (const keys of [{}, { database: '*' }, subject.all.keys]) {
        const test = dataset(keys, '', 'can:ary but wrong')
        expect(await failure(test)).toEqual(told('auth', says.wrongPassword))
      }
    })

    it('when there is no such database', async () => {
      expect(await failure(dataset({ database: 'nowhere' }))).toEqual(told('not-found', says.noDatabase))
    })

    it('when nothing listens there', async () => {
      expect(await failure(dataset({ port: 1 }))).toEqual(told('network', says.nobodyThere))
    })

    it('when the user may not read it all', async () => {
      const test = dataset({ user: subject.stranger }, '', 'x')
      expect(await failure(test)).toEqual(told('not-permitted', says.notPermitted))
    })

    it('when the dump program is not there, or no program', async () => {
      const empty = temporaryFolder()
      expect(await failure(dataset({ programs: empty }))).toMatchObject({
        code: 'missing-program',
        hint: expect.stringContaining(says.install) as string,
      })
      writeFileSync(join(empty, program), 'x', { mode: 0o644 })
      expect(await failure(dataset({ programs: empty }))).toMatchObject({ code: 'not-permitted' })
    })

    /** Resolves when the dump is under way, and far from its end. */
    const underWay = (test: TestDataset): Promise<unknown> =>
      vi.waitUntil(
        () => test.names('incomplete').some((name) => statSync(join(test.folder, 'incomplete', name)).size > 1_000_000),
        { interval: 2, timeout: 30_000 },
      )
    const codecs = ['none', 'gzip', 'zstd']

    it.each(codecs)('when the dump program is killed (%s)', async (codec) => {
      const test = dataset({ database: 'large', programs }, `compress = "${codec}"`)
      const failing = failure(test)
      await underWay(test)
      for (const pid of childrenNamed(program)) process.kill(pid, 'SIGKILL')
      expect(await failing).toEqual(told('command-failed', `${program}: ended by SIGKILL`))
    })

    it.each(codecs)('when the dump program says that all is well and is wrong (%s)', async (codec) => {
      for (const [keys, brokenOff] of subject.formats) {
        const folder = temporaryFolder()
        for (const name of readdirSync(programs).filter((one) => /^(?:pg_|psql|mariadb|mysql)/.test(one))) {
          const cut = name === program ? ' | head -c 100000' : ''
          writeFileSync(join(folder, name), `#!/bin/sh\n'${join(programs, name)}' "$@"${cut}\n`, { mode: 0o755 })
        }
        const test = dataset({ database: 'large', ...keys, programs: folder }, `compress = "${codec}"`)
        expect(await failure(test)).toEqual(told('wrong-content', brokenOff))
      }
    })

    it.each(codecs)('when a write fails for want of space (%s)', async (codec) => {
      const test = dataset({ database: 'large' }, `compress = "${codec}"`)
      let writes = 0
      const fault: Fault = (_, name) =>
        name.includes('incomplete/') && name.startsWith('write') && ++writes > 20 ? { refuse: 'ENOSPC' } : 'go on'
      const { exported } = await test.run({}, { ...test.system, files: breakingFiles(fault).files })
      expect(exported).toMatchObject({ code: 'no-space' })
      expect([test.names('data'), running(), leftIn(temporary)]).toEqual([[], [], []])
    })

    it.for([
      ['none', 'large'],
      ['gzip', 'large'],
      ['zstd', 'large'],
      ['zstd', ['shop', 'large']],
    ] as const)(
      'when the disk is really full, and what was sealed before stays (%s, %j)',
      async ([codec, database], { skip }) => {
        const root = smallDisk('size=4m')
        if (root === undefined) return skip(reasonWithoutDisk)
        const source = { ...subject.source, port: subject.server().port }
        const test = databaseDataset({ source, more: `compress = "${codec}"`, root })
        expect((await test.run()).exported).toMatchObject({ state: 'good' })
        const before = test.names('data')
        test.clock.advance(3_600_000)
        test.configure(test.read('config.toml').replace('database = "shop"', `database = ${JSON.stringify(database)}`))
        expect((await test.run()).exported).toMatchObject({
          event: 'failed',
          code: 'no-space',
          reason: expect.stringMatching(/^cannot write .*\/incomplete\/.*: the disk is full$/) as string,
          hint: expect.stringMatching(
            /^Free some space on that disk, then run again\. What had come of it, (?:[1-4](?:\.\d)? MB|\d+ kB), was removed to make room\.$/,
          ) as string,
        })
        // A program that has ended is a child of ours until the next turn of the event loop.
        await vi.waitUntil(() => running().length === 0, { timeout: 30_000 })
        expect([test.names('data'), leftIn(temporary)]).toEqual([before, []])
      },
    )

    it('when it takes too long', async () => {
      const slow = temporaryFolder()
      const script = '#!/bin/sh\n[ "$1" = --version ] || exec sleep 60\n'
      writeFileSync(join(slow, program), script, { mode: 0o755 })
      const words = `${program} took longer than 1 second and was ended`
      expect(await failure(dataset({ programs: slow }, 'timeout = "1s"'))).toEqual(told('timeout', words))
    })

    it.each(codecs)('when it is interrupted (%s)', async (codec) => {
      const test = dataset({ database: 'large' }, `compress = "${codec}"`)
      const controller = new AbortController()
      test.context.signal = controller.signal
      const failing = failure(test)
      await underWay(test)
      controller.abort()
      expect(await failing).toMatchObject({ code: 'cancelled' })
    })

    // The last one: nobody can use the server after it.
    it('when the server crashes in the middle', async () => {
      const test = dataset({ database: 'large', ...subject.formats.at(-1)![0] })
      const failing = failure(test)
      await underWay(test)
      await subject.server().kill()
      expect(await failing).toEqual(told('network', says.crashed))
    })
  })
}
