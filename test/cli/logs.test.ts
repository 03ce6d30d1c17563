import { describe, expect, it } from 'vitest'
import { type CliRoot, cliRoot } from '../support/cli.ts'

const good = 'cmd = "echo []"\nstdout = "json"\ninterval = "1 day"\n'

function logOf(root: CliRoot, kind: string): string {
  const name = root.names('log').find((file) => file.startsWith(`${kind}-`))
  return name === undefined ? '' : root.read(`log/${name}`)
}

describe('the log of a root', () => {
  it('tells what was done, also when nobody saw it', async () => {
    const root = cliRoot()
    root.write('a/config.toml', good)
    root.write('b/config.toml', good.replace('echo []', 'echo no token >&2; exit 3'))
    expect((await root.cli('run', '--quiet')).status).toBe(1)
    expect((await root.cli('run', '--json')).status).toBe(0)
    const info = logOf(root, 'info')
    expect(info).toMatch(/info +unsilo run\n/)
    expect(info).toMatch(/info +a: exported \S+, 3 B in/)
    expect(info).toMatch(/error +b: export \S+ failed: exit status 3: no token/)
    expect(info).toMatch(/unsilo run ended with 1 after/)
    expect(logOf(root, 'error').trim().split('\n')).toHaveLength(1)
    expect(logOf(root, 'critical')).toBe('')
  })

  it('says when data may be at risk', async () => {
    const root = cliRoot()
    root.write('a/config.toml', good)
    await root.cli('run')
    const [parcel] = root.names('a/data')
    root.write(`a/data/${parcel!}`, '[1]')
    expect((await root.cli('verify', '--all')).status).toBe(1)
    expect(logOf(root, 'critical')).toMatch(/critical {2}a: .*\S+ → \S/)
  })

  it('is kept of what changes something only', async () => {
    const root = cliRoot()
    root.write('a/config.toml', good)
    await root.cli('report')
    await root.cli('parcels', 'a')
    await root.cli('run', '--dry-run', 'nothing-here')
    expect(root.names('log')).toEqual([])
  })

  it('never has a secret in it', async () => {
    const root = cliRoot()
    root.write('token', 'hunter2-hunter2\n')
    root.write(
      'a/config.toml',
      good.replace('echo []', 'echo $TOKEN >&2; exit 3') + 'env.TOKEN = { file = "../token" }\n',
    )
    const { stderr } = await root.cli('run', '--verbose', '--log-json')
    const all = ['debug', 'info', 'error'].map((kind) => logOf(root, kind)).join('')
    expect(all).toContain('exit status 3')
    expect(all + stderr).not.toContain('hunter2')
  })

  it('does not keep a run from its work when it cannot be written', async () => {
    const root = cliRoot()
    root.write('a/config.toml', good)
    root.write('log', 'a file')
    const { status, stderr, stdout } = await root.cli('run')
    expect(status).toBe(0)
    expect(stdout).toContain('exported')
    expect(stderr).toContain('nothing can be written to')
  })
})

describe('--log-json', () => {
  it('gives an object a line', async () => {
    const root = cliRoot()
    root.write('b/config.toml', good.replace('echo []', 'exit 3'))
    const { stderr } = await root.cli('run', '--log-json')
    expect(
      stderr
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      {
        time: expect.any(String),
        level: 'error',
        message: expect.stringMatching(/^b: export \S+ failed: exit status 3/),
        hint: expect.any(String),
      },
    ])
  })
})
