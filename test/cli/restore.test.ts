import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { archiveFormats } from '../../src/archive/archive.ts'
import { cliRoot } from '../support/cli.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

describe('restore', () => {
  it.each(archiveFormats)('brings a folder back out of its archive: %s', async (format) => {
    const root = cliRoot()
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'deep'))
    writeFileSync(join(folder, 'deep/é 😀.txt'), 'one\n')
    root.write('a/config.toml', `[source]\nkind = "folder"\npath = "${folder}"\nformat = "${format}"\n`)
    expect(await root.cli('export', 'a')).toMatchObject({ status: 0 })
    const to = join(temporaryFolder(), 'back')
    expect(await root.cli('restore', 'a', '--to', to)).toMatchObject({ status: 0, stderr: '' })
    expect(readFileSync(join(to, 'deep/é 😀.txt'), 'utf8')).toBe('one\n')
    const again = await root.cli('restore', 'a', '--to', to)
    expect([again.status, readdirSync(to)]).toEqual([1, ['deep']])
  })

  it('needs a place to restore to, and a parcel', async () => {
    const root = cliRoot()
    root.write('a/config.toml', 'cmd = "true"')
    expect((await root.cli('restore', 'a')).status).toBe(2)
    expect((await root.cli('restore', 'a', '--to', join(temporaryFolder(), 'back'))).status).toBe(2)
  })
})
