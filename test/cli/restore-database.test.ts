import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CliRoot, cliRoot } from '../support/cli.ts'

/** A root with a parcel of an SQLite database, and one of PostgreSQL. */
function databases(): CliRoot {
  const root = cliRoot()
  root.write('shop/config.toml', '[source]\nkind = "sqlite"\npath = "shop.db"\n')
  root.write('shop/data/2026-01-01T000000Z.sqlite', 'a database')
  root.write('pg/config.toml', '[source]\nkind = "postgres"\ndatabase = "shop"\n')
  root.write('pg/data/2026-01-01T000000Z.dump', 'a dump')
  root.write('todo/config.toml', 'cmd = "true"\n')
  return root
}

describe('unsilo restore --database', () => {
  it('puts a database where it is told, once', async () => {
    const root = databases()
    const words = ['restore', 'shop', '--database', 'shop.db', '--to', join(root.path, 'back.db')]
    const first = await root.cli(...words)
    expect(first.stdout).toContain('✓ shop: restored shop.db of 2026-01-01T000000Z to ')
    expect(first.stderr).toContain('it has no hash to be checked by')
    expect(readFileSync(join(root.path, 'back.db'), 'utf8')).toBe('a database')
    expect(await root.cli(...words)).toMatchObject({ status: 1, stdout: '' })
  })

  it('takes nothing that makes no sense, and shows no password', async () => {
    const root = databases()
    const url = 'postgres://me:s3cret-word@127.0.0.1/shop'
    const wrong: [string, string[]][] = [
      ['needs --database', ['restore', 'shop', '--to', 'back', '--overwrite']],
      ['needs --database', ['restore', 'pg', '--to', url]],
      ['needs --database', ['restore', 'shop', '--to', 'back', '--password-env', 'X']],
      ['--raw is for files', ['restore', 'shop', '--database', 'shop.db', '--to', 'back', '--raw']],
      [
        'exclude each other',
        ['restore', 'pg', '--database', 'shop', '--to', url, '--password-env', 'X', '--password-file', 'x'],
      ],
      ['no dataset of databases', ['restore', 'todo', '--database', 'shop', '--to', url]],
      [
        'it is no URL of a database server',
        ['restore', 'pg', '--database', 'shop', '--to', 'http://me:s3cret-word@x/y'],
      ],
      ['another system', ['restore', 'pg', '--database', 'shop', '--to', url.replace('postgres', 'mysql')]],
      ['has no database blog', ['restore', 'pg', '--database', 'blog', '--to', url]],
    ]
    for (const [said, words] of wrong) {
      const { status, stdout, stderr } = await root.cli(...words)
      expect.soft([status, stdout, stderr.includes(said)], `${words.join(' ')}\n${stderr}`).toEqual([2, '', true])
      expect(stderr).not.toContain('s3cret-word')
    }
    expect(existsSync(join(root.path, 'back'))).toBe(false)
  })
})
