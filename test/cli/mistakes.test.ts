import { describe, expect, it } from 'vitest'
import { cli, cliRoot } from '../support/cli.ts'
import { expectPlain } from '../support/plain.ts'

const config = 'cmd = "echo []"\nstdout = "json"\ninterval = "1s"\n'

describe('help', () => {
  it('lists every verb', async () => {
    const { status, stdout } = await cli(['--help'])
    expect(status).toBe(0)
    const verbs =
      'init run export ingest prune accept metrics report parcels show log why wrap config doctor completion'
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
    [['xyzzy', '--json'], "unknown command 'xyzzy'", undefined],
    [['--json', 'rum'], "unknown command 'rum'", 'Did you mean run?'],
    [['run', '--frob', '--json'], "unknown option '--frob'", undefined],
    [['show', 'a', '--json'], "missing required argument 'parcel'", undefined],
    [['--json'], 'a verb is missing', '`unsilo --help` lists them.'],
    [['daemon', '--json'], 'daemon has no --json: JSON is one value, and this goes on', expect.any(String) as string],
  ])('%j tells programs what is wrong, too', async (args, message, hint) => {
    const ended = await cliRoot().cli(...args)
    expect(ended.status).toBe(2)
    expect(ended.json()).toEqual({ error: { code: 'usage', message, ...(hint === undefined ? {} : { hint }) } })
  })

  it('leaves alone what is another program’s', async () => {
    const { status, stdout } = await cliRoot().cli('wrap', '--frob', 'out.txt', '--', 'echo', '--json')
    expect([status, stdout]).toEqual([2, ''])
  })

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
    [['run', 'folder'], 'it has no config.toml'],
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
    // The ledger, still empty, is what is locked.
    expect(root.names('abc').filter((name) => name !== 'ledger.ndjson')).toEqual(['config.toml'])
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
