import { describe, expect, it } from 'vitest'
import { cliRoot, day, idAgo, isAlive, until } from '../support/cli.ts'
import { simulatorCommand } from '../simulator/simulator-command.ts'

const daily = 'cmd = "echo \'[1]\'"\nstdout = "json"\ninterval = "1 day"\n'

describe('run', () => {
  it('exports what is due, says so on stdout, and nothing on stderr', async () => {
    const root = cliRoot()
    root.write('a/config.toml', daily)
    root.write('b/config.toml', 'cmd = "echo hi"')
    const { status, stdout, stderr } = await root.cli('run')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^✓ a: exported \S+Z, 4 B in less than a second\n1 dataset not due\n$/)
    const again = await root.cli('run')
    expect(again.stdout).toMatch(/^2 datasets not due; the next is due \d{4}-\d\d-\d\d \d\d:\d\d UTC\n$/)
  })

  it('mirrors a simulated account, compressed and measured', async () => {
    const root = cliRoot()
    const command = simulatorCommand({ view: 'full' })
    root.write('account/config.toml', `cmd = '''${command}'''\nstdout = "json"\ncompress = "gzip"\ninterval = "1 day"`)
    expect(await root.cli('run')).toMatchObject({ status: 0, stderr: '' })
    const [name] = root.names('account/data')
    expect(name).toMatch(/Z\.json\.gz$/)
    expect(root.read('account/metrics.csv')).toContain(`${name!.slice(0, 18)},Y,1,`)
  })

  it('with --dry-run says what it would do, and changes nothing', async () => {
    const root = cliRoot()
    root.write('a/config.toml', `${daily}keep = 1\ningest.paths = "in/*"`)
    for (const days of [9, 8]) root.write(`a/data/${idAgo(days * day)}.json`, '[1]\n')
    root.write('a/in/x.json', '[1]\n')
    const { status, stdout } = await root.cli('run', '--dry-run')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^a: would ingest \S+x\.json\na: would export \(the last good parcel is 8 days/)
    expect(stdout).toMatch(/a: would remove \S+Z/)
    expect(root.names('a')).toEqual(['config.toml', 'data', 'in'])
    expect(root.names('a/data')).toHaveLength(2)
    expect((await root.cli('run', '-n', '--json')).json()).toMatchObject({
      datasets: [{ dataset: 'a', due: { due: true }, planned: { export: true, ingest: [expect.any(String)] } }],
    })
  })

  it('with --json prints one object for each dataset, and nothing else', async () => {
    const root = cliRoot()
    root.write('good/config.toml', daily)
    root.write('bad/config.toml', daily.replace("echo '[1]'", 'exit 7'))
    const ended = await root.cli('run', '--json')
    expect(ended).toMatchObject({ status: 1, stderr: '' })
    expect(ended.json()).toEqual({
      datasets: [
        {
          dataset: 'bad',
          due: expect.objectContaining({ due: true, because: expect.any(String) }) as unknown,
          ingested: [],
          exported: expect.objectContaining({
            event: 'failed',
            code: 'command-failed',
            reason: 'exit status 7',
          }) as unknown,
          published: [],
          withdrawn: [],
          pruned: [],
          problems: [],
          durationMs: expect.any(Number) as unknown,
        },
        expect.objectContaining({
          dataset: 'good',
          exported: expect.objectContaining({
            event: 'sealed',
            state: 'good',
            files: 1,
            bytes: 4,
            tries: 1,
          }) as unknown,
        }),
      ],
    })
  })

  it('goes on with the others when one dataset fails', async () => {
    const root = cliRoot()
    root.write('a/config.toml', daily.replace("echo '[1]'", 'echo no network >&2; exit 1'))
    root.write('b/config.toml', daily)
    const { status, stdout, stderr } = await root.cli('process')
    expect(status).toBe(1)
    expect(stderr).toMatch(
      /^✗ a: export \S+ failed: exit status 1: no network\n +→ .*unsilo log a \S+Z` shows what it printed/,
    )
    expect(stdout).toMatch(/^✓ b: exported/)
  })

  it('with --quiet prints problems only', async () => {
    const root = cliRoot()
    root.write('a/config.toml', daily)
    expect(await root.cli('run', '-q')).toMatchObject({ status: 0, stdout: '', stderr: '' })
    root.write('b/config.toml', daily.replace("echo '[1]'", 'exit 1'))
    const { status, stdout, stderr } = await root.cli('run', '--quiet')
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain('✗ b: export')
  })

  it('with --verbose tells each step on stderr', async () => {
    const root = cliRoot()
    root.write('a/config.toml', `${daily}retries = 2\n`)
    const { stderr } = await root.cli('run', '-v')
    expect(stderr).toMatch(/a: sealing\na: measuring/)
  })

  it('takes --concurrency datasets at a time', async () => {
    const root = cliRoot()
    const command = 'echo begin >> ../steps; sleep 1.5; echo end >> ../steps; echo []'
    for (const name of ['a', 'b', 'c']) root.write(`${name}/config.toml`, daily.replace("echo '[1]'", command))
    expect((await root.cli('run', '--concurrency', '1')).status).toBe(0)
    expect(root.read('steps')).toBe('begin\nend\n'.repeat(3))
    for (const name of ['a', 'b', 'c']) expect(root.names(`${name}/data`)).toHaveLength(1)
    expect((await root.cli('export', 'a', 'b', 'c', '--concurrency', '3')).status).toBe(0)
    expect(root.read('steps').slice(30)).toBe('begin\n'.repeat(3) + 'end\n'.repeat(3))
  })

  it('seals a suspect parcel, and says what to do about it', async () => {
    const root = cliRoot()
    root.write('a/config.toml', `${daily}[guard]\nmin_bytes = 100\n`)
    const { status, stdout, stderr } = await root.cli('run')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^! a: exported/)
    expect(stderr).toMatch(/a: \S+Z is suspect: 4 B is less than the 100 B[^]*unsilo accept a \S+Z/)
  })

  it('tries again as often as it may, and keeps what each try said', async () => {
    const root = cliRoot()
    const command =
      'echo $PARCEL_ID >> tries; echo junk; echo try $(wc -l < tries) >&2; [ $(wc -l < tries) = 2 ] || exit 9'
    root.write('a/config.toml', `cmd = '''${command}; echo ok'''\nstdout = "txt"\nretries = 3\ninterval = "1 day"`)
    const { status, stdout } = await root.cli('run')
    expect(status).toBe(0)
    expect(stdout).toContain(', 2 tries')
    const [name] = root.names('a/data')
    expect(root.read(`a/data/${name}`)).toBe('junk\nok\n')
    expect(root.read(`a/log/${name!.slice(0, 18)}.err`)).toMatch(/^try 1\n--- unsilo: try 1 of 3 failed .*\ntry 2\n$/)
  })

  it.each([
    ['timeout = "1s"', /took longer than 1 second/],
    ['silence = "1s"', /no output for 1 second/],
  ])('ends a command and all that it started on %s', async (limit, message) => {
    const root = cliRoot()
    root.write('a/config.toml', `${daily.replace("echo '[1]'", 'sleep 50 & echo $! > pid; wait')}${limit}`)
    const { status, stderr } = await root.cli('run')
    expect(status).toBe(1)
    expect(stderr).toMatch(message)
    await until(() => !isAlive(Number(root.read('a/pid'))))
  })

  it('in a root without datasets has nothing to do', async () => {
    const root = cliRoot()
    const { status, stdout, stderr } = await root.cli('run')
    expect([status, stdout]).toEqual([0, ''])
    expect(stderr).toMatch(/^There are no datasets in .*\n$/)
    expect((await root.cli('report', '--check')).status).toBe(1)
  })
})
