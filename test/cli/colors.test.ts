import { describe, expect, it } from 'vitest'
import { cli, cliRoot } from '../support/cli.ts'

const config = 'cmd = "echo []"\nstdout = "json"\ninterval = "1s"\n'

describe('colours', () => {
  const escape = '\u001B['

  it('are left out where nobody watches', async () => {
    const root = cliRoot()
    root.write('a/config.toml', config)
    root.write('b/config.toml', 'cmd = "exit 1"\ninterval = "1 day"')
    for (const args of [
      ['run'],
      ['report'],
      ['parcels', 'a'],
      ['doctor'],
      ['--help'],
      ['why', 'b'],
      ['config', 'show'],
    ]) {
      const { stdout, stderr } = await root.cli(...args)
      expect(stdout + stderr, args.join(' ')).not.toContain(escape)
    }
  })

  it('are there when FORCE_COLOR asks for them, and NO_COLOR is stronger', async () => {
    const root = cliRoot()
    root.write('a/config.toml', config)
    const report = async (environment: Record<string, string>): Promise<string> =>
      (await cli(['report'], { cwd: root.path, environment })).stdout
    expect(await report({ FORCE_COLOR: '1' })).toContain(escape)
    expect(await report({ FORCE_COLOR: '1', NO_COLOR: '1' })).not.toContain(escape)
    expect(await report({ FORCE_COLOR: '0' })).not.toContain(escape)
  })

  it('and errors leave stdout alone, so that it can be piped', async () => {
    const root = cliRoot()
    root.write('a/config.toml', 'cmd = "exit 1"\ninterval = "1 day"')
    expect(await root.cli('run')).toMatchObject({ status: 1, stdout: '' })
  })
})
