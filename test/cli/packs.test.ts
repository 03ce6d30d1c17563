import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cliRoot } from '../support/cli.ts'

const id = (day: number): string => `2020-01-0${day}T060000Z`

/** Three parcels of long ago, and one of now. */
async function oldRoot(): Promise<ReturnType<typeof cliRoot>> {
  const root = cliRoot()
  root.write(
    'weather/config.toml',
    'cmd = "seq 1 5000; echo $PARCEL_ID"\nstdout = "txt"\npack = { after = "30 days" }\n',
  )
  root.write('plain/config.toml', 'cmd = "echo x"\nstdout = "txt"\n')
  for (const day of [1, 2, 3]) await root.cli('--quiet', 'export', 'weather', '--parcel-id', id(day))
  await root.cli('--quiet', 'export', 'weather')
  return root
}

const namesIn = (root: { path: string }): string[] => readdirSync(join(root.path, 'weather/data')).sort()

describe('pack and unpack', () => {
  it('make one file of old parcels, and give them back', async () => {
    const root = await oldRoot()
    const dry = await root.cli('pack', '--dry-run')
    expect(dry).toMatchObject({
      status: 0,
      stdout: 'weather: would pack 3 parcels into 2020-01.pack.tar.zst\n',
      stderr: '',
    })
    const packed = await root.cli('pack')
    expect(packed).toMatchObject({ status: 0, stderr: '' })
    expect(packed.stdout).toMatch(
      /^✓ weather: packed 3 parcels into 2020-01\.pack\.tar\.zst, which has \S+ kB; they had \S+ kB\n$/,
    )
    expect(namesIn(root)).toHaveLength(2)
    const shown = await root.cli('show', 'weather', id(2))
    expect(shown.stdout).toMatch(/^pack +\S+\/weather\/data\/2020-01\.pack\.tar\.zst$/m)
    expect((await root.cli('verify', '--all', 'weather')).stdout).toMatch(/^✓ weather: read 4 of 4 parcels here/)
    const to = join(root.path, 'back')
    expect(await root.cli('restore', 'weather', '--parcel', id(2), '--to', to)).toMatchObject({ status: 0 })
    expect(readFileSync(join(to, `${id(2)}.txt`), 'utf8')).toMatch(new RegExp(`^${id(2)}$`, 'm'))
    const one = await root.cli('unpack', 'weather', id(2))
    expect(one).toMatchObject({
      status: 0,
      stdout: `✓ weather: unpacked ${id(2)} into ${join(root.path, 'weather/data')}\n`,
    })
    const all = await root.cli('--json', 'unpack', 'weather', '2020-01.pack.tar.zst')
    expect(JSON.parse(all.stdout)).toEqual({ dataset: 'weather', parcels: [id(1), id(3)], problems: [] })
    expect(namesIn(root)).toHaveLength(4)
    expect((await root.cli('unpack', 'weather')).stdout).toBe('- weather: nothing is packed\n')
  })

  it('are part of a run, and of its commit', async () => {
    const root = cliRoot()
    await root.cli('init', 'weather', '--git')
    root.write('weather/config.toml', 'cmd = "echo $PARCEL_ID"\nstdout = "txt"\ngit = true\ninterval = "1 day"\n')
    for (const day of [1, 2]) await root.cli('--quiet', 'export', 'weather', '--parcel-id', id(day))
    root.write(
      'weather/config.toml',
      'cmd = "echo $PARCEL_ID"\nstdout = "txt"\ngit = true\ninterval = "1 day"\npack = { after = "30 days" }\n',
    )
    const done = await root.cli('run')
    expect(done.stdout).toContain('packed 2 parcels into 2020-01.pack.tar.zst')
    const git = (...words: string[]): string =>
      execFileSync('git', ['-C', join(root.path, 'weather'), ...words], { encoding: 'utf8' })
    expect(git('log', '-1', '--format=%s')).toContain('pack 2 parcels')
    expect(
      git('ls-files', 'data')
        .split('\n')
        .filter((name) => name.includes('2020')),
    ).toEqual(['data/2020-01.pack.tar.zst'])
    expect(git('status', '--porcelain', 'data')).toBe('')
  })

  it('say what is wrong, and change nothing', async () => {
    const root = await oldRoot()
    const plain = await root.cli('pack', 'plain')
    expect(plain).toMatchObject({ status: 3 })
    expect(plain.stderr).toContain('plain does not say what to pack')
    expect(await root.cli('unpack', 'weather', 'x')).toMatchObject({ status: 2 })
    expect(await root.cli('unpack', 'weather', '2019-01.pack.tar.zst')).toMatchObject({ status: 2 })
    root.write(
      'weather/config.toml',
      'cmd = "echo x"\nstdout = "txt"\ncompress = "zstd"\npack = { after = "30 days" }\n',
    )
    const both = await root.cli('pack', 'weather')
    expect(both).toMatchObject({ status: 3 })
    expect(both.stderr).toContain('gains nothing with `compress`')
    expect(namesIn(root)).toHaveLength(4)
    expect(existsSync(join(root.path, 'weather/.cache'))).toBe(false)
  })
})
