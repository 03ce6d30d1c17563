import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { cliRoot, isAlive, until } from '../support/cli.ts'

const program = fileURLToPath(new URL('../../dist/bin/unsilo.js', import.meta.url))
const spool = '/var/spool/cron/crontabs'

/** Starts a script where the crontabs of this machine are out of sight: it has a file system of its own in their place. */
function apart(script: string, cwd: string): { status: number | null; stdout: string; stderr: string } {
  const mount = `mount -t tmpfs tmpfs ${spool} && `
  return spawnSync('unshare', ['--mount', 'sh', '-c', `${mount}${script}`], { cwd, encoding: 'utf8' })
}

const canUseCron = existsSync('/usr/bin/crontab') && apart('true', '/').status === 0

describe('schedule', () => {
  it('says what to do where nothing is installed', async () => {
    const root = cliRoot()
    const { status, stderr } = await root.cli('schedule', 'status')
    expect(status).toBe(1)
    expect(stderr).toContain('`unsilo schedule install`')
    expect((await root.cli('schedule', 'status', '--json')).json()).toEqual({
      root: root.path,
      installed: null,
      jobs: [],
    })
    expect((await root.cli('schedule', 'remove')).stderr).toContain('Nothing was installed')
  })

  it('refuses what no timer can do', async () => {
    const { status, stderr } = await cliRoot().cli('schedule', 'install', '--with', 'cron', '--every', '7m')
    expect(status).not.toBe(0)
    expect(stderr).not.toContain('    at ')
    const wrong = await cliRoot().cli('schedule', 'install', '--every', 'often')
    expect(wrong.status).toBe(2)
    expect(wrong.stderr).toContain('"often" is not a duration')
  })

  it.skipIf(!canUseCron)('writes lines into a crontab, beside those of others, and takes them away', () => {
    const root = cliRoot()
    root.write('unsilo.toml', '')
    const unsilo = `'${process.execPath}' '${program}'`
    const script = [
      `echo '0 4 * * * true # mine' | crontab -`,
      `${unsilo} schedule install --with cron --every 10m`,
      `${unsilo} schedule install --with cron --every 5m`,
      'crontab -l',
      // What cron would start now.
      `crontab -l | grep unsilo-run | cut -d' ' -f6- | sh`,
      `${unsilo} schedule status --json > status.json`,
      `${unsilo} schedule remove`,
      'echo left:; crontab -l',
    ].join('\n')
    const { status, stdout, stderr } = apart(script, root.path)
    expect(stderr).not.toContain('error')
    expect(status).toBe(0)
    const lines = stdout.split('\n').filter((line) => line.startsWith('*/'))
    expect(lines).toEqual([
      expect.stringMatching(/^\*\/5 .* --root .* --quiet run --scheduled # unsilo-run-/),
      expect.stringMatching(/^\*\/15 .* --quiet watch --scheduled # unsilo-watch-/),
    ])
    expect(stdout).toMatch(/left:\n0 4 \* \* \* true # mine\n$/)
    expect(JSON.parse(readFileSync(join(root.path, 'status.json'), 'utf8'))).toMatchObject({
      installed: { by: 'cron', jobs: [{ job: 'run', everyMs: 300_000 }, { job: 'watch' }] },
      jobs: [
        { job: 'run', state: 'ok', isActive: true, where: 'crontab', fired: 1, lastAt: expect.any(String) },
        { job: 'watch', state: 'ok', fired: 0 },
      ],
    })
  })
})

describe('daemon', () => {
  it('starts runs until it is stopped, and ends what runs', async () => {
    const root = cliRoot()
    root.write('a/config.toml', 'cmd = "echo $PPID > ../pid; echo \'[]\'"\nstdout = "json"\ninterval = "1s"\n')
    const { child, ended } = root.start('daemon', '--every', '1s', '--watch-every', '1h')
    await until(() => root.names('a/data').length >= 2)
    root.write('a/config.toml', 'cmd = "echo $$ > ../pid; exec sleep 300"\nstdout = "json"\ninterval = "1s"\n')
    root.write('pid', '')
    await until(() => root.read('pid').trim() !== '')
    child.kill('SIGTERM')
    const { status, stderr } = await ended
    expect(status).toBe(0)
    expect(stderr).toContain('stopped')
    await until(() => !isAlive(Number(root.read('pid'))))
    expect(root.read('.unsilo/ticks-run.txt').trim().split('\n').length).toBeGreaterThanOrEqual(2)
    expect(root.names('a/incomplete')).toHaveLength(1)
  })
})
