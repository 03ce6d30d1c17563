import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cliRoot } from '../support/cli.ts'

async function serve(status: number): Promise<string> {
  const server = createServer(
    (request, response) => void request.resume().on('end', () => response.writeHead(status).end('no')),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const command = '[alerts.note]\nkind = "command"\ncmd = "cat > note.json"\n'

describe('alert test', () => {
  it('sends a message through each channel, and says what came back', async () => {
    const root = cliRoot()
    root.write('unsilo.toml', `${command}[alerts.chat]\nkind = "webhook"\nurl = "${await serve(200)}"\n`)
    root.write('todo/config.toml', 'cmd = "true"\n')
    const { status, stdout, stderr } = await root.cli('alert', 'test')
    expect([stdout.split('\n'), stderr, status]).toEqual([
      ['✓ note (command): exit status 0', '✓ chat (webhook): HTTP 200 OK', ''],
      '',
      0,
    ])
    expect(JSON.parse(root.read('note.json'))).toMatchObject({
      kind: 'test',
      title: 'test of the channel note',
      root: root.path,
      incidents: [],
    })
    // A test is no incident.
    expect(root.names('.unsilo')).toEqual([])
  })

  it('ends with 1 when one failed, whatever the others did, without any secret', async () => {
    const root = cliRoot({ HOOK: `${await serve(404)}/hook/xyzzy-canary` })
    root.write('unsilo.toml', `${command}[alerts.chat]\nkind = "webhook"\nurl = { env = "HOOK" }\n`)
    const { status, stdout, stderr } = await root.cli('alert', 'test')
    expect(status).toBe(1)
    expect(stdout).toMatch(/✓ note[^]*✗ chat \(webhook\): 127\.0\.0\.1:\d+ answered HTTP 404 Not Found: no\n {2}→ /)
    expect(stdout + stderr).not.toContain('canary')
    const { status: again, json } = await root.cli('alert', 'test', 'chat', '--json')
    expect(again).toBe(1)
    expect(json()).toMatchObject({
      channels: [{ channel: 'chat', kind: 'webhook', result: 'failed', error: { code: 'http' } }],
    })
    expect((await root.cli('alert', 'test', 'note', '--quiet')).stdout).toBe('')
  })

  it('knows its channels', async () => {
    const root = cliRoot()
    root.write('unsilo.toml', '')
    expect(await root.cli('alert', 'test')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('[alerts.mail]'),
    })
    root.write('unsilo.toml', command)
    expect(await root.cli('alert', 'test', 'notes')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('Did you mean "note"?'),
    })
    root.write('unsilo.toml', '[alerts.x]\nkind = "fax"\n')
    expect(await root.cli('alert', 'test')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('unsilo.toml:2'),
    })
  })
})

describe('a channel with a mistake', () => {
  const wrong = '[alerts.chat]\nkind = "webhook"\nurll = "https://example.org"\n'

  it('keeps no other from its test, and is told', async () => {
    const root = cliRoot()
    root.write('unsilo.toml', `${command}${wrong}`)
    const { status, stdout, stderr } = await root.cli('alert', 'test')
    expect([status, stdout]).toEqual([3, '✓ note (command): exit status 0\n'])
    expect(stderr).toMatch(/^✗ unsilo\.toml:6: alerts\.chat: unknown key "urll": did you mean "url"\?/m)
    expect(JSON.parse(root.read('note.json'))).toMatchObject({ kind: 'test' })
    const { json } = await root.cli('alert', 'test', '--json')
    expect(json()).toMatchObject({
      channels: [{ channel: 'note', result: 'delivered' }],
      configProblems: [{ key: 'alerts.chat' }],
    })
  })

  it('is told when it is named, and not when another is', async () => {
    const root = cliRoot()
    root.write('unsilo.toml', `${command}${wrong}`)
    expect(await root.cli('alert', 'test', 'note')).toMatchObject({ status: 0, stderr: '' })
    expect(await root.cli('alert', 'test', 'chat')).toMatchObject({
      status: 3,
      stdout: '',
      stderr: expect.stringContaining('alerts.chat'),
    })
    expect(await root.cli('alert', 'test', 'chats')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('Did you mean "chat"?'),
    })
    // A channel that fails weighs more: the mistake is told beside it.
    root.write('unsilo.toml', `${command.replace('cat > note.json', 'exit 1')}${wrong}`)
    expect(await root.cli('alert', 'test')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('✗ note'),
      stderr: expect.stringContaining('alerts.chat'),
    })
  })

  it('is told beside a mistake elsewhere in the file, which keeps no channel from its test', async () => {
    const root = cliRoot()
    root.write('unsilo.toml', `log_days = 0\n${command}`)
    expect(await root.cli('alert', 'test')).toMatchObject({
      status: 3,
      stdout: expect.stringContaining('✓ note'),
      stderr: expect.stringContaining('log_days'),
    })
    root.write('unsilo.toml', `log_days = \n${command}`)
    expect(await root.cli('alert', 'test')).toMatchObject({ status: 3, stdout: '' })
  })
})

describe('alert list', () => {
  it('shows what is wrong, and who was told', async () => {
    const root = cliRoot()
    expect(await root.cli('alert', 'list')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('nothing is wrong'),
    })
    const at = '2026-03-01T07:00:00.000Z'
    const told = { mail: { at, count: 2, severity: 'error' } }
    const common = { severity: 'error', why: 'HTTP 401', next: 'a new token', opened: at }
    const incidents = [
      { ...common, id: 'a', dataset: 'todo', cause: 'late', what: 'no good export for 3 days', lastSent: told },
      { ...common, id: 'b', dataset: 'bank', cause: 'late', what: 'over', resolved: at, lastSent: {} },
    ]
    root.write('.unsilo/alerts.json', JSON.stringify({ version: 1, incidents, channels: { mail: { since: at } } }))
    const { stdout } = await root.cli('alert', 'list')
    expect(stdout).toMatch(
      /SEVERITY +DATASET +FOR +TOLD +WHAT\nerror +todo +\d+ days +mail +no good export for 3 days\n$/,
    )
    expect((await root.cli('alert', 'list', '--json')).json()).toMatchObject({
      incidents: [{ id: 'a', dataset: 'todo', told: [{ channel: 'mail', at, count: 2 }] }],
      channels: [{ channel: 'mail' }],
    })
    root.write('.unsilo/alerts.json', 'rubbish')
    expect(await root.cli('alert', 'list')).toMatchObject({ status: 0, stderr: expect.stringContaining('is damaged') })
  })
})
