import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CliRoot, type Ended, cli, cliRoot } from '../support/cli.ts'

const config = 'cmd = "echo []"\nstdout = "json"\ninterval = "1s"\n'

/** What a user can cause is told in a sentence, and never with a stack trace. */
function expectPlain({ stderr, status }: Ended, place: string): void {
  expect(stderr, place).not.toMatch(/^ {4}at |node:internal|TypeError|ReferenceError|\[object Object\]|undefined/m)
  expect([0, 1, 2, 3, 4], `${place}: ${stderr}`).toContain(status)
}

const lookers = [['run'], ['report'], ['parcels', 'a'], ['log', 'a'], ['why', 'a'], ['prune'], ['doctor'], ['reprocess-metrics', 'a']]

describe('help', () => {
  it('lists every verb', async () => {
    const { status, stdout } = await cli(['--help'])
    expect(status).toBe(0)
    const verbs = 'init run export ingest prune accept metrics report parcels show log why wrap config doctor completion'
    for (const verb of verbs.split(' ')) expect(stdout).toMatch(new RegExp(`^  ${verb}\\b`, 'm'))
    for (const verb of verbs.split(' ')) expect((await cli([verb, '--help'])).status, verb).toBe(0)
  })

  it('of the program is what an empty command line gives, on stderr', async () => {
    const { status, stdout, stderr } = await cli([])
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('Usage: unsilo')
  })

  it('tells the version', async () => {
    expect(await cli(['--version'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })

  it('of completion is a script for each shell', async () => {
    for (const shell of ['bash', 'zsh', 'fish', 'powershell'])
      expect((await cli(['completion', shell])).stdout, shell).toContain('unsilo')
    expect((await cli(['completion', 'tcsh'])).status).toBe(2)
  })
})

describe('a command line with a mistake', () => {
  it.each([
    [['frob'], "unknown command 'frob'"],
    [['rum'], 'Did you mean run?'],
    [['run', '--frob'], "unknown option '--frob'"],
    [['run', '--concurrency', '0'], 'whole number of 1 or more'],
    [['run', '--concurrency'], 'argument missing'],
    [['show', 'a'], "missing required argument 'parcel'"],
    [['log', 'a', 'b', 'c'], 'too many arguments'],
    [['report', '--format', 'xml'], 'Allowed choices are'],
    [['config', 'frob'], "unknown command 'frob'"],
    [['export', 'a', '-p', '2020-02-31T000000Z'], 'is not a parcel id'],
    [['run', 'nope'], 'there is no dataset "nope"'],
    [['run', 'ab'], 'Did you mean "abc"?'],
    [['run', './nope'], 'there is no dataset "./nope"'],
    [['run', 'x/../../nope'], 'there is no dataset'],
    [['run', 'abc/config.toml'], 'is a file; a dataset is a folder'],
    [['run', 'folder'], 'there is no dataset "folder"'],
    [['run', './folder'], 'it has no config.toml'],
    [['ingest', 'abc', 'nothing'], 'it is not there'],
    [['ingest', 'abc', '.'], 'it is a part of abc, or holds it'],
    [['ingest', 'abc', 'abc/config.toml'], 'it is a part of abc, or holds it'],
  ])('%j ends with 2 and says what is wrong', async (args, message) => {
    const root = cliRoot()
    root.write('abc/config.toml', config)
    root.write('folder/file', '')
    const ended = await root.cli(...args)
    expectPlain(ended, args.join(' '))
    expect(ended).toMatchObject({ status: 2, stdout: '' })
    expect(ended.stderr).toContain(message)
    expect(root.names('abc')).toEqual(['config.toml'])
  })

  it('is told as JSON when --json is asked for', async () => {
    const root = cliRoot()
    const ended = await root.cli('parcels', 'nope', '--json')
    expect(ended.status).toBe(2)
    expect(ended.json()).toEqual({
      error: { code: 'not-found', message: expect.any(String) as unknown, hint: expect.any(String) as unknown },
    })
  })
})

describe('a damaged dataset', () => {
  const damages: [string, (root: CliRoot) => void][] = [
    ['metrics that are no table', (root) => root.write('a/metrics.csv', 'garbage\n')],
    ['metrics with an open quote', (root) => root.write('a/metrics.csv', 'parcel_id,success\r\n"2020')],
    ['metrics with a parcel twice', (root) => root.write('a/metrics.csv', `parcel_id\r\n${'2020-01-01T000000Z\r\n'.repeat(2)}`)],
    ['metrics of zero bytes', (root) => root.write('a/metrics.csv', '\0'.repeat(100))],
    ['a ledger of garbage', (root) => root.write('a/ledger.ndjson', 'x\n{"at":1}\nnull\n[]\n{}\n"\n\0\0\n5\n')],
    [
      'a ledger whose lines lack their parts',
      (root) =>
        root.write(
          'a/ledger.ndjson',
          ['started', 'sealed', 'failed', 'accepted', 'pruned', 'frob', 'toString']
            .map((event) => JSON.stringify({ at: '2020-01-01T00:00:00.000Z', event, parcel: '2020-01-01T000000Z' }))
            .join('\n'),
        ),
    ],
    ['a file in place of data/', (root) => root.write('a/data', '')],
    ['a file in place of incomplete/', (root) => root.write('a/incomplete', '')],
    ['a file in place of log/', (root) => root.write('a/log', '')],
    ['a folder in place of metrics.csv', (root) => root.write('a/metrics.csv/x', '')],
    ['a folder in place of the ledger', (root) => root.write('a/ledger.ndjson/x', '')],
    ['a folder in place of config.toml', (root) => root.write('b/config.toml/x', '')],
    ['a configuration that is not UTF-8', (root) => root.write('b/config.toml', Buffer.from([0xff, 0xfe]).toString('latin1'))],
    ['names that are nearly ids', (root) => ['9999-99-99T999999Z.json', '2020-02-31T000000Z', 'x'].forEach((name) => root.write(`a/data/${name}`, '1'))],
    [
      'links that lead nowhere',
      (root) => {
        mkdirSync(join(root.path, 'a/data'))
        symlinkSync('/nonexistent', join(root.path, 'a/data/2020-01-01T000000Z.json'))
        symlinkSync('/nonexistent', join(root.path, 'b'))
      },
    ],
    ['a glob that is none', (root) => root.write('a/config.toml', `${config}ingest.paths = ["[", "{", "", "~nobody/*", "**/../../x["]`)],
  ]

  it.each(damages)('with %s is told of in sentences', async (_, damage) => {
    const root = cliRoot()
    root.write('a/config.toml', config)
    damage(root)
    const ended = await Promise.all(lookers.map((args) => root.cli(...args)))
    ended.forEach((one, index) => expectPlain(one, lookers[index]!.join(' ')))
  })

  it('with damaged metrics still exports, and keeps the damaged file', async () => {
    const root = cliRoot()
    root.write('a/config.toml', config)
    root.write('a/metrics.csv', 'garbage\n')
    const { status, stderr } = await root.cli('run')
    expect(status).toBe(1)
    expect(stderr).toMatch(/metrics\.csv is damaged: its first column is not parcel_id\n +→ Mend that line, or move the file away/)
    expect(root.names('a/data')).toHaveLength(1)
    expect(root.read('a/metrics.csv')).toBe('garbage\n')
  })
})

describe('a command that misbehaves', () => {
  it.each([
    ['mkfifo $PARCEL_PATH.json', 'is neither a file nor a folder'],
    ['ln -s /etc/passwd $PARCEL_PATH.json', 'is neither a file nor a folder'],
    ['echo a > $PARCEL_PATH.json.gz', 'is not whole gzip data'],
    ['echo "[" > $PARCEL_PATH.json', 'not valid JSON'],
    ['echo 1 > $PARCEL_PATH.a; echo 2 > $PARCEL_PATH.b', 'more than one parcel'],
    [': > $PARCEL_PATH.json', 'empty'],
    ['mkdir $PARCEL_PATH', 'holds no file'],
    ['rm -r $DATASET_PATH/incomplete', 'wrote nothing'],
    ['rm -r $DATASET_PATH', 'no such file or folder'],
    ['no-such-program', 'exit status 127'],
    ['kill -9 $$', 'ended by SIGKILL'],
  ])('(%s) gives a failed export and a sentence', async (command, message) => {
    const root = cliRoot()
    root.write('a/config.toml', `cmd = '''${command}'''`)
    const ended = await root.cli('export', 'a')
    expectPlain(ended, command)
    expect(ended.status).toBe(1)
    expect(ended.stderr).toContain(message)
    expect(root.names('a/data')).toEqual([])
  })
})

describe('colours', () => {
  const escape = '\u001B['

  it('are left out where nobody watches', async () => {
    const root = cliRoot()
    root.write('a/config.toml', config)
    root.write('b/config.toml', 'cmd = "exit 1"\ninterval = "1 day"')
    for (const args of [['run'], ['report'], ['parcels', 'a'], ['doctor'], ['--help'], ['why', 'b'], ['config', 'show']]) {
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
