import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sourceConfig } from '../../config/source-config.ts'
import { chosenDatabases } from './choice.ts'
import { databaseIn, fileNameOf } from './file-name.ts'
import { closingMarker } from './proof.ts'

const problemsOf = (source: Record<string, unknown>): string[] =>
  sourceConfig.safeParse({ database: 'shop', ...source }).error?.issues.map(({ message }) => message) ?? []

describe('dump_args', () => {
  const refused = (kind: string, argument: string): boolean => problemsOf({ kind, dump_args: [argument] }).length > 0

  it('may be long options that change what is dumped', () => {
    const harmless = [
      '--exclude-table=logs',
      '--schema-only',
      '--no-owner',
      '--data-only',
      '--no-comments',
      '--role=reader',
    ]
    expect(harmless.filter((argument) => refused('postgres', argument))).toEqual([])
    const alike = [
      '--ignore-table=shop.logs',
      '--no-data',
      '--where=id > 5',
      '--ssl-cert=/etc/client.pem',
      '--lock-all-tables',
    ]
    expect(alike.filter((argument) => refused('mysql', argument))).toEqual([])
  })

  it('may not say where to write, how, or where to connect, in full or abbreviated', () => {
    const wrong = [
      '--file=/etc/passwd',
      '--fil=x',
      '--format=t',
      '--host=evil',
      '--passw',
      '--dbname=x',
      '--jobs=9',
      '--version',
    ]
    expect(wrong.filter((argument) => !refused('postgres', argument))).toEqual([])
    const alike = [
      '--result-file=x',
      '--result_file=x',
      '--RESULT-FILE=x',
      '--tab=/tmp',
      '--password=x',
      '--defaults-file=x',
      '--skip-ssl',
      '--ssl-mode=DISABLED',
      '--disable-ssl-verify-server-cert',
    ]
    expect(alike.filter((argument) => !refused('mariadb', argument))).toEqual([])
  })

  it('may not hide what keeps a dump from being known as whole, or change the server', () => {
    const wrong = [
      '--force',
      '--compact',
      '--skip-comments',
      '--loose-skip-comm',
      '--log-error=x',
      '--xml',
      '--flush-logs',
    ]
    expect([...wrong, '--delete-master-logs'].filter((argument) => !refused('mysql', argument))).toEqual([])
  })

  it('may not be anything but one long option', () => {
    const wrong = ['-f', '-af/tmp/x', 'shop', '--', '', '--table public.x', '--x\0y=1']
    expect(wrong.filter((argument) => !refused('postgres', argument))).toEqual([])
  })
})

describe('a database source', () => {
  it('does not take a password as text', () => {
    expect(problemsOf({ kind: 'postgres', password: 'x' })).not.toEqual([])
  })

  it('has `jobs` only for folders', () => {
    expect(problemsOf({ kind: 'postgres', jobs: 2 })).toEqual(['has no use without `format = "directory"`'])
    expect(problemsOf({ kind: 'postgres', jobs: 2, format: 'directory' })).toEqual([])
  })
})

describe('the chosen databases', () => {
  const list = async (): Promise<string[]> => ['b', 'mysql', 'a']

  it('are those that are named, without a look at the server', async () => {
    const broken = (): Promise<string[]> => Promise.reject(new Error('asked'))
    expect(await chosenDatabases({ database: 'x', ignore: [] }, broken)).toEqual(['x'])
    expect(await chosenDatabases({ database: ['y', 'x', 'y'], ignore: [] }, broken)).toEqual(['y', 'x'])
  })

  it('are all but those to ignore, and always those that are always dumped', async () => {
    expect(await chosenDatabases({ database: '*', ignore: ['a', 'mysql'] }, list, ['mysql'])).toEqual(['b', 'mysql'])
  })

  it('are at least one', async () => {
    const nothing = chosenDatabases({ database: '*', ignore: ['a', 'b', 'mysql'] }, list)
    await expect(nothing).rejects.toMatchObject({ code: 'empty' })
  })
})

describe('the file name of a database', () => {
  it('gives the name back, is one plain name, and none that unsilo uses itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const file = fileNameOf(name)
        expect(decodeURIComponent(file)).toBe(name)
        for (const end of ['', '.dump', '.sql', '.sql.gz', '.dump.zst']) expect(databaseIn(`${file}${end}`)).toBe(name)
        expect(file).toMatch(/^[\w%~-][\w%~.-]*$/)
      }),
    )
    expect(databaseIn('globals.sql.zst')).toBeUndefined()
    expect([fileNameOf('globals'), fileNameOf('..'), fileNameOf('a/b')]).toEqual(['%67lobals', '%2E.', 'a%2Fb'])
  })
})

describe('a closing marker', () => {
  it('is found wherever the chunks end, and only at the end', async () => {
    const whole = `${'x'.repeat(3000)}\n-- done\n`
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(whole.length), { maxLength: 5 }), fc.boolean(), async (cuts, isCut) => {
        const proof = closingMarker(/\n-- done\n$/, '-- done')
        const text = isCut ? whole.slice(0, -1) : whole
        const at = [0, ...cuts.toSorted((a, b) => a - b), text.length]
        for (const [index, end] of at.entries()) void proof.write(Buffer.from(text.slice(at[index - 1] ?? 0, end)))
        if (isCut) await expect(proof.end()).rejects.toThrow('not a whole dump: the dump does not end with "-- done"')
        else await proof.end()
      }),
    )
  })
})
