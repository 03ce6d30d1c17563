import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openSink } from '../../src/alert/alerts.fixture.ts'
import { type CliRoot, cli, cliRoot, day, idAgo, until } from '../support/cli.ts'
import { reasonWithoutDisk, smallDisk } from '../support/small-disk.ts'

const diary = '[alerts.diary]\nkind = "command"\ncmd = "cat >> told.ndjson; echo >> told.ndjson"\n'
const good = `cmd = "echo '[1]' > $PARCEL_PATH.json"\ninterval = "1 day"\nretries = 1\n`

/** Kind and title of every message, in order. */
function told(root: Pick<CliRoot, 'read' | 'names'>): string[] {
  if (!root.names('.').includes('told.ndjson')) return []
  return root
    .read('told.ndjson')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const { severity, title } = JSON.parse(line) as { severity: string; title: string }
      return `${severity}: ${title}`
    })
}

/** Makes everything that is remembered of alerts older. */
function age(root: CliRoot, ms: number): void {
  const text = root.read('.unsilo/alerts.json')
  const older = text.replaceAll(/"(\d{4}-\d\d-\d\dT[\d:.]+Z)"/g, (_, time: string) =>
    JSON.stringify(new Date(Date.parse(time) - ms).toISOString()),
  )
  root.write('.unsilo/alerts.json', older)
}

describe('watch', () => {
  it('looks while a run holds the lock, and tells once of one that was killed', async () => {
    const root = cliRoot()
    root.write('unsilo.toml', diary)
    root.write('todo/config.toml', good.replace('echo', 'touch started; sleep 600; echo'))
    const { child, ended } = root.start('run')
    await until(() => root.names('todo').includes('started'))
    const while_ = await root.cli('watch')
    expect(while_.status).toBe(0)
    expect(root.names('.unsilo')).toContain('status.json')
    child.kill('SIGKILL')
    await ended
    await root.cli('watch')
    await root.cli('watch')
    expect(told(root)).toEqual(['error: todo: there is no good parcel'])

    root.write('todo/config.toml', good)
    expect((await root.cli('run')).status).toBe(0)
    await root.cli('watch')
    age(root, 20 * 60_000)
    await root.cli('watch')
    await root.cli('watch')
    expect(told(root)).toEqual([
      'error: todo: there is no good parcel',
      'info: resolved: todo: there is no good parcel',
    ])
  })

  it('tells of a mistake in unsilo.toml by the channels that it had before, and says of no dataset that all is well', async () => {
    const root = cliRoot()
    root.write('unsilo.toml', diary)
    root.write('todo/config.toml', good)
    await root.cli('watch')
    root.write('unsilo.toml', `${diary}targets = \n`)
    const { status, stdout } = await root.cli('watch')
    expect([status, stdout]).toEqual([3, expect.stringContaining('unsilo.toml has a mistake')])
    age(root, 20 * 60_000)
    await root.cli('watch')
    expect(told(root)).toEqual([
      'error: todo: there is no good parcel',
      'error: configuration: unsilo.toml has a mistake, so nothing may be exported',
    ])
    root.write('unsilo.toml', diary.replace('cmd', 'command'))
    expect((await root.cli('watch')).status).toBe(3)
    root.write('unsilo.toml', diary)
    root.write('todo/config.toml', 'intervall = "1 day"\n')
    await root.cli('watch')
    expect(told(root).at(-1)).toBe('error: todo: todo/config.toml has a mistake, so it is not exported')
  })

  it('leaves what it has seen for dashboards, Prometheus and people, readable for all, also at targets', async () => {
    const root = cliRoot()
    root.write('vault/.keep', '')
    root.write(
      'unsilo.toml',
      '[targets.vault]\nkind = "folder"\npath = "vault"\n[watch]\npublish = ["vault"]\nprometheus = "prom/unsilo.prom"\n',
    )
    root.write('prom/.keep', '')
    root.write('todo/config.toml', good)
    await root.cli('run')
    expect(await root.cli('watch')).toMatchObject({ status: 0, stderr: '' })
    const status = JSON.parse(root.read('.unsilo/status.json')) as { at: string; validUntil: string }
    expect(status).toMatchObject({ version: 1, ok: true, datasets: [{ dataset: 'todo', health: 'good', copies: 1 }] })
    expect(Date.parse(status.validUntil)).toBeGreaterThan(Date.parse(status.at))
    expect(root.read('prom/unsilo.prom')).toContain('unsilo_last_success_timestamp_seconds{')
    expect(statSync(join(root.path, 'prom/unsilo.prom')).mode & 0o777).toBe(0o644)
    // node_exporter would read what a broken-off write has left.
    expect(root.names('prom')).toEqual(['.keep', 'unsilo.prom'])
    const [folder] = root.names('vault/unsilo-status')
    expect(root.names(`vault/unsilo-status/${folder}`)).toEqual(expect.arrayContaining(['status.json', 'unsilo.prom']))
  })

  it('tells that the status does not get to a target when that has failed twice', async () => {
    const root = cliRoot()
    root.write('unsilo.toml', `${diary}[targets.nas]\nkind = "folder"\npath = "nas"\n[watch]\npublish = ["nas"]\n`)
    root.write('todo/config.toml', '')
    root.write('nas', 'no folder')
    expect(await root.cli('watch')).toMatchObject({ status: 1, stderr: expect.stringContaining('did not get to nas') })
    await root.cli('watch')
    expect(told(root)).toEqual([])
    await root.cli('watch')
    expect(told(root)).toEqual(['warning: watch: the status does not get to nas'])
  })

  it('ends with 1 where there is nothing to watch, and where its files cannot be written', async () => {
    const root = cliRoot()
    root.write('unsilo.toml', diary)
    expect(await root.cli('watch')).toMatchObject({ status: 1, stdout: expect.stringContaining('Is its disk mounted') })
    root.write('unsilo.toml', `${diary}[watch]\nprometheus = "gone/unsilo.prom"\n`)
    root.write('todo/config.toml', '')
    expect((await root.cli('watch')).status).toBe(1)
    expect(told(root)).toEqual([
      'error: watch: there is nothing to watch',
      'warning: watch: what `watch` has seen cannot be written',
    ])
  })

  it('writes no secret anywhere', async () => {
    const canary = 'canary7x9q2z'
    const sink = await openSink({ status: 500, body: `no ${canary}` })
    const root = cliRoot({ HOOK: `${sink.url}/${canary}`, TOKEN: canary })
    root.write('unsilo.toml', '[alerts.chat]\nkind = "webhook"\nurl = { env = "HOOK" }\n[watch]\n')
    root.write(
      'todo/config.toml',
      `cmd = "echo $TOKEN >&2; exit 1"\nenv.TOKEN = { env = "TOKEN" }\n${good.split('\n')[1]}\n`,
    )
    const shown = [await root.cli('run'), await root.cli('watch'), await root.cli('watch', '--json')]
    const kept = readdirSync(join(root.path, '.unsilo')).map((name) => root.read(`.unsilo/${name}`))
    for (const text of [...kept, ...shown.flatMap(({ stdout, stderr }) => [stdout, stderr])]) {
      expect(text).not.toContain(canary)
    }
  })

  it('remembers that a timer has started it', async () => {
    const root = cliRoot()
    root.write('todo/config.toml', '')
    await root.cli('watch', '--scheduled')
    await root.cli('watch')
    expect(readFileSync(join(root.path, '.unsilo/ticks-watch.txt'), 'utf8').trim().split('\n')).toHaveLength(1)
  })
})

describe('a full disk', () => {
  it('is told by the run at once, once', async (context) => {
    const disk = smallDisk('size=3m')
    if (disk === undefined) return context.skip(reasonWithoutDisk)
    const at = (name: string): string => join(disk, name)
    const log = cliRoot()
    writeFileSync(at('unsilo.toml'), diary.replaceAll('told.ndjson', join(log.path, 'told.ndjson')))
    const start = (...args: string[]): ReturnType<typeof cli> => cli(['--root', disk, ...args])
    await start('init', 'todo')
    const config = `cmd = "head -c 9000000 /dev/zero"\nstdout = "txt"\ninterval = "1 hour"\nretries = 1\n`
    writeFileSync(at('todo/config.toml'), good)
    await start('run')
    await start('watch')
    expect(told(log)).toEqual([])
    writeFileSync(at('todo/config.toml'), config)
    expect((await start('export', 'todo')).status).toBe(1)
    const [first, ...others] = told(log)
    expect(first).toMatch(/^critical: todo: /)
    expect(others).toEqual([])
    await start('export', 'todo')
    await start('watch')
    expect(told(log)).toEqual([first])
  })
})

it('gives all that it has seen and done as JSON', async () => {
  const root = cliRoot()
  root.write('todo/config.toml', 'ingest.paths = "../in/*"\nmax_age = "1 day"\n')
  root.write(`todo/data/${idAgo(5 * day)}.json`, '[1]')
  const { json } = await root.cli('watch', '--json')
  expect(json()).toMatchObject({
    status: { ok: false, open: [{ dataset: 'todo', cause: 'late' }, { cause: 'unmeasured' }] },
    sent: [],
    busy: false,
  })
})
