import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { notifyDesktop } from '../system/notify.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { configOf, messageAbout, openSink, surroundings, troubleOf } from './alerts.fixture.ts'
import { openChannel } from './all.ts'
import { attempt } from './attempt.ts'
import type { Delivery } from './channel.ts'
import { openPings } from './pings.ts'

const never = new AbortController().signal

async function run(cmd: string, more: Partial<Parameters<typeof surroundings>[0]> = {}) {
  const at = surroundings(more)
  const nasty = troubleOf({ dataset: '$(touch hacked)', what: '"; touch hacked; \u0000 \'', why: 'x'.repeat(300_000) })
  const open = () => openChannel('mine', configOf({ kind: 'command', cmd }), at)
  const delivery: Delivery = await attempt(open, messageAbout([nasty]), { signal: never, timeoutMs: 60_000 })
  return { delivery, root: at.root, read: (name: string) => readFileSync(join(at.root, name), 'utf8') }
}

it('gives a command the message in its environment and on its standard input, and runs none of it', async () => {
  const { delivery, read, root } = await run(
    'env -0 > env; cat > json; cat /proc/$$/cmdline > argv 2> /dev/null || true',
  )
  expect(delivery).toEqual({ ok: true, said: 'exit status 0' })
  const variables = Object.fromEntries(
    read('env')
      .split('\0')
      .filter((line) => line.startsWith('UNSILO_ALERT_'))
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  ) as Record<string, string>
  expect(variables).toMatchObject({
    UNSILO_ALERT_KIND: 'opened',
    UNSILO_ALERT_SEVERITY: 'error',
    UNSILO_ALERT_DATASETS: '$(touch hacked)',
    UNSILO_ALERT_HOST: 'laptop',
    UNSILO_ALERT_ROOT: '/home/you/exports',
  })
  expect(variables['UNSILO_ALERT_TITLE']).toContain('"; touch hacked;')
  const { text, incidents } = JSON.parse(read('json')) as { text: string; incidents: { why: string }[] }
  expect(incidents[0]!.why).toHaveLength(300_000)
  expect(text.length).toBeGreaterThan(variables['UNSILO_ALERT_TEXT']!.length)
  expect(read('argv')).not.toContain('hacked')
  expect(readdirSync(root)).not.toContain('hacked')
})

it('does not mind a command that reads nothing', async () => {
  expect((await run('exec 0<&-; exit 0')).delivery).toEqual({ ok: true, said: 'exit status 0' })
})

it('says why a command failed', async () => {
  const { delivery } = await run('echo first >&2; echo "no line" >&2; exit 3')
  expect(delivery).toMatchObject({ ok: false, error: { code: 'command-failed', retryable: true } })
  expect((delivery as { error: Error }).error.message).toBe('the command of mine failed: exit status 3: no line')
})

it('ends a command that hangs', async () => {
  const { delivery } = await run('sleep 600', { timeoutMs: 200 })
  expect((delivery as { error: Error }).error.message).toContain('it took longer than')
})

it('shows a notification by the program that the desktop has, which gets it as text', async () => {
  const folder = temporaryFolder()
  for (const name of ['notify-send', 'osascript']) {
    const script = `#!/bin/sh\nprintf '%s\\n' "$0" "$@" > '${folder}/${name}.said'\nif [ ${name} = osascript ]; then cat >> '${folder}/${name}.said'; echo "$UNSILO_TITLE" >> '${folder}/${name}.said'; fi\n`
    writeFileSync(join(folder, name), script, { mode: 0o755 })
  }
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`)
  const notification = { title: '--help', text: 'a <b> & "c"', urgency: 'critical' } as const
  const options = { signal: never, timeoutMs: 60_000 }
  try {
    expect(await notifyDesktop(notification, { ...options, platform: 'linux' })).toBe('notify-send')
    expect(await notifyDesktop(notification, { ...options, platform: 'darwin' })).toBe('osascript')
  } finally {
    vi.unstubAllEnvs()
  }
  const said = (name: string): string[] =>
    readFileSync(join(folder, `${name}.said`), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
  expect(said('notify-send')).toEqual([
    '--app-name=unsilo',
    '--urgency=critical',
    '--',
    '--help',
    'a &lt;b&gt; &amp; "c"',
  ])
  expect(said('osascript').slice(-1)).toEqual(['--help'])
  expect(said('osascript').join('\n')).not.toContain('"c"')
})

it('pings when runs begin and end: the whole run, or each dataset, with one id for both', async () => {
  const sink = await openSink({ status: 500 }, { body: 'OK' })
  const at = surroundings()
  const configs = {
    whole: configOf({ kind: 'healthchecks', url: `${sink.url}/ping/whole` }),
    each: configOf({ kind: 'healthchecks', url: `${sink.url}/ping/{dataset}`, datasets: ['!bank'] }),
    mail: configOf({ kind: 'command', cmd: 'exit 1' }),
  }
  const pings = openPings(configs, at)
  expect(await pings.start()).toEqual([])
  expect(await pings.start('todo')).toEqual([])
  expect(await pings.start('bank')).toEqual([])
  expect(await pings.end('todo', { ok: false, body: 'HTTP 401' })).toEqual([])
  expect(await pings.end(undefined, { ok: true, body: '2 datasets' })).toEqual([])
  const paths = sink.received.map(({ path }) => path.replace(/\?rid=[0-9a-f-]{36}$/, '?rid'))
  expect(paths).toEqual([
    '/ping/whole/start?rid',
    '/ping/whole/start?rid',
    '/ping/todo/start?rid',
    '/ping/todo/fail?rid',
    '/ping/whole?rid',
  ])
  const ids = sink.received.map(({ path }) => path.split('?')[1])
  expect([ids[0], ids[2]]).toEqual([ids[4], ids[3]])
  expect(sink.received.map(({ body }) => body)).toEqual(['', '', '', 'HTTP 401', '2 datasets'])
})

it('tells which pings were not taken, and throws for none', async () => {
  const at = surroundings()
  const configs = { whole: configOf({ kind: 'healthchecks', url: { file: 'nowhere' } }) }
  expect(await openPings(configs, at).start()).toMatchObject([{ channel: 'whole', error: { code: 'config' } }])
})
