import { describe, expect, it } from 'vitest'
import { cliRoot } from '../support/cli.ts'

describe('a mistake in the configuration', () => {
  it('is told with its file, its line and the nearest key, all mistakes at once', async () => {
    const root = cliRoot()
    root.write('unsilo.toml', '[defaults]\nretries = 3\n')
    root.write('a/config.toml', 'cmd = "echo"\nintervall = "1 day"\ntimeout = 5\n\n[guard]\nmin_byte = 1\n')
    root.write('b/config.toml', 'interval = "1 fortnight"\n')
    const { status, stdout, stderr } = await root.cli('config', 'validate')
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' })
    expect(stderr.trim().split('\n')).toEqual([
      'error: a/config.toml:2: unknown key "intervall": did you mean "interval"?',
      'error: a/config.toml:3: timeout: 5 is not a duration: it needs a unit and quotes, as in "5 minutes" or "5 days"',
      'error: a/config.toml:6: guard: unknown key "min_byte": did you mean "min_bytes"?',
      expect.stringMatching(/^error: b\/config\.toml:1: interval: "1 fortnight" is not a duration\. Write it like/),
    ])
  })

  it('in the syntax is shown where it is', async () => {
    const root = cliRoot()
    root.write('a/config.toml', 'cmd = "echo"\nkeep = \n')
    const { status, stderr } = await root.cli('run')
    expect(status).toBe(3)
    expect(stderr).toMatch(
      /^error: a\/config\.toml:2:\d+: not valid TOML: .*Give it a value, or put # before the line\.\n$/,
    )
  })

  it('of one dataset does not stop the others, and the exit code tells', async () => {
    const root = cliRoot()
    root.write('bad/config.toml', 'kep = 5')
    root.write('good/config.toml', 'cmd = "echo []"\nstdout = "json"\ninterval = "1 day"')
    const run = await root.cli('run')
    expect(run.status).toBe(3)
    expect(run.stdout).toContain('✓ good: exported')
    expect(run.stderr).toContain('did you mean "keep"?')
    for (const verb of ['report', 'prune', 'reprocess-metrics', 'doctor']) {
      const ended = await root.cli(verb)
      expect(ended.status, verb).toBe(3)
      expect(ended.stdout, verb).toContain('good')
      expect(ended.stderr, verb).toContain('bad/config.toml:1')
    }
    expect((await root.cli('report', '--json')).json()).toMatchObject({
      datasets: [{ dataset: 'good', health: 'good' }],
      configProblems: [{ file: 'bad/config.toml', line: 1 }],
    })
    expect((await root.cli('run', 'good')).status).toBe(0)
  })

  it('of the one dataset that a verb is about ends it', async () => {
    const root = cliRoot()
    root.write('bad/config.toml', 'kep = 5')
    for (const verb of [
      ['parcels', 'bad'],
      ['log', 'bad'],
      ['why', 'bad'],
      ['accept', 'bad', '2020-01-01T000000Z'],
    ]) {
      const { status, stderr } = await root.cli(...verb)
      expect(status).toBe(3)
      expect(stderr).toMatch(/bad\/config\.toml:1[^]*bad cannot be used until its configuration is mended/)
    }
  })

  it('in unsilo.toml stops all, for no dataset would be as it is meant', async () => {
    const root = cliRoot()
    root.write('unsilo.toml', '[defaults]\nkep = 5\n')
    root.write('a/config.toml', 'cmd = "echo []"\nstdout = "json"\ninterval = "1 day"')
    const { status, stderr } = await root.cli('run')
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: 'error: unsilo.toml:2: defaults: unknown key "kep": did you mean "keep"?\n',
    })
    expect(root.names('a')).toEqual(['config.toml'])
  })
})

describe('config', () => {
  it('validate says that all is well, or what is not, as JSON too', async () => {
    const root = cliRoot()
    root.write('a/config.toml', 'cmd = "echo"')
    expect(await root.cli('config', 'validate')).toMatchObject({ status: 0, stderr: '' })
    expect((await root.cli('config', 'validate')).stdout).toBe(`1 dataset in ${root.path}: no mistakes\n`)
    root.write('a/config.toml', 'kep = 5')
    const ended = await root.cli('config', 'validate', '--json')
    expect(ended.status).toBe(3)
    expect(ended.json()).toMatchObject({ configProblems: [{ file: 'a/config.toml', line: 1 }] })
  })

  it('show names where each value comes from', async () => {
    const root = cliRoot()
    root.write('unsilo.toml', '[defaults]\nkeep = 9\n')
    root.write('a/config.toml', 'cmd = "echo"\ninterval = "1 day"\n')
    const { stdout } = await root.cli('config', 'show', 'a')
    expect(stdout).toMatch(/^a \/\S+\n/)
    expect(stdout).toMatch(/interval +"1 day" +config\.toml:2/)
    expect(stdout).toMatch(/keep +9 +unsilo\.toml \[defaults\]:2/)
    expect(stdout).toMatch(/retries +1 +default/)
    expect((await root.cli('config', 'show', '--json')).json()).toMatchObject({
      datasets: [{ dataset: 'a', keys: expect.arrayContaining([{ key: 'retries', value: 1, origin: 'default' }]) }],
    })
  })

  it('schema prints a JSON Schema of either file', async () => {
    const root = cliRoot()
    const dataset = (await root.cli('config', 'schema')).json()
    expect(dataset).toMatchObject({
      $schema: expect.stringContaining('json-schema.org'),
      properties: { cmd: {}, keep: {} },
    })
    expect((await root.cli('config', 'schema', '--of-root')).json()).toMatchObject({ properties: { defaults: {} } })
  })
})

describe('doctor', () => {
  it('finds nothing wrong where nothing is', async () => {
    const root = cliRoot()
    root.write('a/config.toml', 'cmd = "echo []"\nstdout = "json"\ncompress = "gzip"\n')
    const { status, stdout } = await root.cli('doctor')
    expect(status).toBe(0)
    expect(stdout).toMatch(
      /✓ Node\.js: v\d[^]*✓ lock: (?:flock|perl)[^]*disk space[^]*✓ a: folders and files are sound/,
    )
    expect((await root.cli('doctor', '--json')).json()).toMatchObject({
      findings: expect.arrayContaining([{ check: 'a', status: 'ok', message: expect.any(String) }]),
      configProblems: [],
    })
  })

  it('finds damaged metrics, two files of one parcel, a parcel ahead of the clock, a missing repository', async () => {
    const root = cliRoot()
    root.write('damaged/config.toml', '')
    root.write('damaged/metrics.csv', 'nonsense\n')
    root.write('ledger/config.toml', '')
    root.write('ledger/ledger.ndjson', 'garbage\nmore\n')
    root.write('double/config.toml', '')
    for (const extension of ['json', 'csv']) root.write(`double/data/2020-01-01T000000Z.${extension}`, '1')
    root.write('ahead/config.toml', '')
    root.write('ahead/data/2999-01-01T000000Z.json', '1')
    root.write('git/config.toml', 'git = true')
    const { status, stdout } = await root.cli('doctor')
    expect(status).toBe(1)
    expect(stdout).toMatch(/✗ damaged: \S+metrics\.csv is damaged/)
    expect(stdout).toMatch(/✗ ledger: lines 1 and 2 of \S+ledger\.ndjson cannot be read/)
    expect(stdout).toMatch(/✗ double: 2020-01-01T000000Z has more than one file/)
    expect(stdout).toMatch(/! ahead: parcel 2999-01-01T000000Z is dated ahead of the clock/)
    expect(stdout).toMatch(/✗ git: .*not a git repository[^]*unsilo init --git git/)
  })
})
