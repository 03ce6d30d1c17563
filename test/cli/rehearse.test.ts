import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openSink } from '../../src/alert/alerts.fixture.ts'
import { openMailSink } from '../servers/mail-sink.ts'
import { type CliRoot, cliRoot } from '../support/cli.ts'

const channels = `[alerts.diary]
kind = "command"
cmd = "cat >> told.ndjson"
[alerts.morning]
kind = "command"
cmd = "true"
digest = "daily"
[alerts.pager]
kind = "command"
cmd = "true"
min_severity = "critical"
[alerts.other]
kind = "command"
cmd = "true"
datasets = ["!todo"]
[targets.nas]
kind = "folder"
path = "nas"
`
const todo = `cmd = "touch ../touched; echo '[1, 2, 3]' > $PARCEL_PATH.json"\ninterval = "1 day"\n`

async function readyRoot(config = `${todo}publish = ["nas"]\n`): Promise<CliRoot> {
  const root = cliRoot()
  root.write('unsilo.toml', channels)
  root.write('todo/config.toml', config)
  expect((await root.cli('run')).status).toBe(0)
  return root
}

/** Every file, with its bytes and its time, but those of the log. */
function everything(root: CliRoot): string[] {
  return readdirSync(root.path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join(root.path, 'log')))
    .map((path) => `${path} ${statSync(path).mtimeMs} ${readFileSync(path, 'latin1')}`)
    .sort()
}

interface Rehearsed {
  afterMs?: number
  byRun: boolean
  troubles: { cause: string; severity: string; why: string }[]
  channels: {
    channel: string
    told: boolean
    digest: boolean
    because?: string
    again: string[]
    messages: { text: string }[]
  }[]
}

async function rehearse(root: CliRoot, fault: string): Promise<Rehearsed> {
  return (await root.cli('rehearse', 'todo', '--fail', fault, '--json')).json() as Rehearsed
}

describe('rehearse', () => {
  it('lists what can go wrong when that is not said', async () => {
    const root = await readyRoot()
    const { status, stdout, stderr } = await root.cli('rehearse', 'todo')
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr.split('\n')).toEqual([
      'error: what is to go wrong with todo?',
      '→ Say it with --fail:',
      '  --fail token-expired  the token has expired',
      '  --fail disk-full      the disk is full',
      '  --fail target-down    the targets cannot be reached',
      '  --fail empty-source   the source is empty',
      '  --fail never-ran      nothing is started any more',
      '',
    ])
    root.write('box/a.txt', 'a')
    root.write('photos/config.toml', '[source]\nkind = "folder"\npath = "../box"\n')
    expect((await root.cli('rehearse', 'photos')).stderr).toMatch(
      /--fail token-expired {2}the token has expired \(not here: a folder source needs no token\)\n/,
    )
  })

  it('shows who would be told what, and when, and leaves everything as it was', async () => {
    const root = await readyRoot()
    const before = everything(root)
    const { status, stdout } = await root.cli('rehearse', '--fail', 'token-expired', 'todo')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^Rehearsal: the token has expired \(todo\)\n/)
    expect(stdout).toMatch(/✗ todo: export .* failed: exit status 1: HTTP 401 Unauthorized/)
    expect(stdout).toContain('✓ diary (command)  by the next `watch`\n')
    expect(stdout).toMatch(/✓ morning \(command\) {2}in the digest of .* UTC/)
    expect(stdout).toContain('- pager (command)  not told: it is told of what is critical only\n')
    expect(stdout).toContain('- other (command)  not told: it is not for this dataset\n')
    expect(stdout).toContain('│ what to do: ')
    expect(stdout).not.toContain('rehearsal-')
    for (const fault of ['disk-full', 'target-down', 'empty-source', 'never-ran']) await rehearse(root, fault)
    expect(everything(root)).toEqual(before)
  })

  it('does not count on a channel whose secret is not there, though it was never used', async () => {
    const root = await readyRoot()
    const file = `${root.path}/no-such-secret`
    const config = `[alerts.phone]\nkind = "gotify"\nurl = "http://127.0.0.1:9"\ntoken = { file = "${file}" }\n`
    root.write('unsilo.toml', `${config}[targets.nas]\nkind = "folder"\npath = "nas"\n`)
    const { status, stdout } = await root.cli('rehearse', 'todo', '--fail', 'token-expired')
    expect(status).toBe(1)
    expect(stdout).toContain(
      `✗ phone (gotify)  by the next \`watch\`, but it cannot: alerts.phone.token: the secret cannot be read from the file ${file}\n`,
    )
    expect(stdout).toContain('✗ nobody would know: phone does not deliver\n')
  })

  it('notices that nothing comes by hand any more', async () => {
    const root = cliRoot()
    root.write('unsilo.toml', '[alerts.diary]\nkind = "command"\ncmd = "true"\n')
    root.write('inbox/export.json', '[1]')
    root.write('bank/config.toml', `max_age = "30 days"\ningest.paths = "${root.path}/inbox/*.json"\n`)
    expect((await root.cli('run')).status).toBe(0)
    root.write('inbox/next.json', '[1, 2]')
    const { status, stdout } = await root.cli('rehearse', 'bank', '--fail', 'never-ran')
    expect(status).toBe(0)
    expect(stdout).toContain('error the newest good parcel is too old\n')
    expect(stdout).toContain('→ Put the file where ingest.paths finds it')
    expect(root.names('inbox')).toEqual(['next.json'])
  })

  it('does not count on a channel that has failed when it was used last', async () => {
    const root = await readyRoot()
    root.write('unsilo.toml', '[alerts.diary]\nkind = "command"\ncmd = "echo no line >&2; exit 1"\n')
    root.write('broken/config.toml', 'cmd = "false"\n')
    await root.cli('run')
    await root.cli('watch')
    root.write('todo/config.toml', todo)
    const { status, stdout } = await root.cli('rehearse', 'todo', '--fail', 'token-expired')
    expect(status).toBe(1)
    expect(stdout).toMatch(/✗ diary \(command\) {2}by the next `watch`, but it has failed since .*: .*no line\n/)
    expect(stdout).toMatch(
      /✗ nobody would know: diary does not deliver\n {2}→ `unsilo alert test` tries every channel\.\n$/,
    )
    const json = (await root.cli('rehearse', 'todo', '--fail', 'token-expired', '--json')).json()
    expect(json).toMatchObject({
      channels: [{ channel: 'diary', told: true, failing: { reason: expect.any(String) as string } }],
    })
    root.write(
      'unsilo.toml',
      '[alerts.diary]\nkind = "command"\ncmd = "exit 1"\n[alerts.other]\nkind = "command"\ncmd = "true"\n',
    )
    const both = await root.cli('rehearse', 'todo', '--fail', 'token-expired')
    expect([both.status, both.stdout]).toEqual([0, expect.stringContaining('✓ other would know')])
  })

  it('says what is so already, and that nothing new would be told of it', async () => {
    const root = cliRoot()
    root.write('unsilo.toml', channels)
    root.write('todo/config.toml', todo)
    const { status, stdout } = await root.cli('rehearse', '--fail', 'token-expired', 'todo')
    expect(status).toBe(1)
    expect(stdout).toContain('nothing new; this is so already, and goes on:\n  there is no good parcel\n')
    expect(stdout).toMatch(
      /✗ nobody would be told anything new\n {2}→ Mend what is wrong already \(`unsilo why todo`\)/,
    )
    expect(stdout).not.toContain('nobody would know')
    const empty = await root.cli('rehearse', '--fail', 'empty-source', 'todo')
    expect(empty.status).toBe(1)
    expect(empty.stdout).toMatch(/taken for a good one\n[^]*nobody would know/)
    expect(empty.stdout).not.toContain('goes on')
  })

  it('tells of a full disk at once, also those that hear only of what is critical', async () => {
    const rehearsed = await rehearse(await readyRoot(), 'disk-full')
    expect(rehearsed).toMatchObject({ afterMs: 0, byRun: true })
    expect(rehearsed.troubles).toEqual([
      expect.objectContaining({
        cause: 'failing',
        severity: 'critical',
        why: expect.stringContaining('the disk is full'),
      }),
    ])
    expect(rehearsed.channels.map(({ told }) => told)).toEqual([true, true, true, false])
    expect(rehearsed.channels.map(({ digest }) => digest)).toEqual([false, false, false, false])
    expect(rehearsed.channels[0]!.again).toHaveLength(4)
  })

  it('finds out after which time a target that is away, or a run that is not started, is told', async () => {
    const root = await readyRoot()
    const away = await rehearse(root, 'target-down')
    expect(away.troubles.map(({ cause }) => cause)).toEqual(['unpublished'])
    expect(away.afterMs).toBeGreaterThan(23 * 3_600_000)
    const late = await rehearse(root, 'never-ran')
    expect(late.troubles.map(({ cause }) => cause)).toEqual(['late'])
    expect(late.afterMs).toBeGreaterThan(29 * 3_600_000)
    expect(late.afterMs).toBeLessThan(31 * 3_600_000)
  })

  it('says that nobody would know of an empty export, until a guard is there', async () => {
    const root = await readyRoot()
    const { status, stdout } = await root.cli('rehearse', '--fail', 'empty-source', 'todo')
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/taken for a good one\n.*guard\.min_bytes[^]*nobody would know/),
    ])
    root.write('todo/config.toml', `${todo}guard.min_bytes = 5\n`)
    expect((await rehearse(root, 'empty-source')).troubles.map(({ cause }) => cause)).toEqual(['suspect'])
  })

  it('asks a server of its own in the place of an API, and never the real one', async () => {
    const sink = await openSink({ body: '{"items":[{"id":1}]}', headers: { 'content-type': 'application/json' } })
    const source = `interval = "1 day"\n[source]\nkind = "rest"\nbase = "${sink.url}"\nauth = { kind = "bearer", token = { file = "token" } }\n[[source.streams]]\nname = "items"\npath = "/items"\nitems = "items[*]"\n`
    const root = cliRoot()
    root.write('unsilo.toml', channels)
    root.write('todo/token', 'secret-canary-7x')
    root.write('todo/config.toml', source)
    expect((await root.cli('run')).status).toBe(0)
    const asked = sink.received.length
    expect(asked).toBeGreaterThan(0)
    const expired = await rehearse(root, 'token-expired')
    expect(expired.troubles[0]).toMatchObject({ cause: 'failing', why: expect.stringContaining('401') })
    await rehearse(root, 'empty-source')
    expect(sink.received).toHaveLength(asked)
  })

  it('says plainly what cannot be rehearsed, and what can', async () => {
    const plain = cliRoot()
    plain.write('box/a.txt', 'a')
    plain.write('todo/config.toml', '[source]\nkind = "folder"\npath = "../box"\n')
    expect(await plain.cli('rehearse', '--fail', 'token-expired', 'todo')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/a folder source needs no token\n.*These can: disk-full, empty-source\./),
    })
    expect(await plain.cli('rehearse', '--fail', 'never-ran', 'todo')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('it has no interval, no schedule and no max_age'),
    })
    expect(await plain.cli('rehearse', '--fail', 'flood', 'todo')).toMatchObject({ status: 2 })
    expect(await plain.cli('rehearse', '--fail', 'disk-full', 'todo')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('unsilo.toml has no channel for alerts'),
    })
  })

  it('really sends it, marked, with --send', async () => {
    const mails = await openMailSink()
    const root = await readyRoot(todo)
    root.write(
      'unsilo.toml',
      `[alerts.mail]\nkind = "email"\nhost = "127.0.0.1"\nport = ${mails.port}\ntls = "none"\nfrom = "u@example.org"\nto = "me@example.org"\n`,
    )
    const { status, stdout } = await root.cli('rehearse', '--fail', 'never-ran', 'todo', '--send')
    expect([status, stdout]).toEqual([0, expect.stringContaining('✓ sent to mail, marked as a rehearsal')])
    expect(mails.subjects).toEqual([expect.stringContaining('REHEARSAL: todo: ')])
    expect(mails.texts[0]).toMatch(/This is a rehearsal: nothing of this has happened to todo\./)
    // It is no incident.
    expect(root.names('.unsilo').filter((name) => name.startsWith('alerts'))).toEqual([])
  })
})
