import { describe, expect, it } from 'vitest'
import { cliRoot, isAlive, until } from '../support/cli.ts'

const slow = `cmd = '''echo $$ > pid.part; mv pid.part pid; echo '['; sleep 30 & wait; echo ']' '''\nstdout = "json"\ninterval = "1 day"\n`

describe('while one run is at work', () => {
  it('another one leaves its dataset alone, ends with 4, and names the process', async () => {
    const root = cliRoot()
    root.write('a/config.toml', slow)
    const first = root.start('run')
    await until(() => root.names('a').includes('pid'))
    for (const verb of [['run'], ['export', 'a'], ['prune', 'a'], ['metrics', 'recompute', 'a']]) {
      const { status, stderr } = await root.cli(...verb)
      if (verb[0] === 'prune' && status === 0) continue
      expect({ verb, status }).toEqual({ verb, status: 4 })
      expect(stderr).toContain(`another unsilo is working on a (process ${first.child.pid}, since `)
      expect(stderr).toContain('→ Wait until it has ended')
    }
    first.child.kill('SIGINT')
    expect((await first.ended).status).toBe(130)
  })

  it('looking takes no lock', async () => {
    const root = cliRoot()
    root.write('a/config.toml', slow)
    const first = root.start('run')
    await until(() => root.names('a').includes('pid'))
    expect((await root.cli('parcels', 'a')).stdout).toContain('unfinished')
    for (const verb of [['report'], ['log', 'a'], ['why', 'a'], ['run', '--dry-run'], ['doctor']])
      expect((await root.cli(...verb)).status).toBe(0)
    first.child.kill('SIGTERM')
    expect((await first.ended).status).toBe(130)
  })

  it('a broken dataset and a locked one end with the worse of the two', async () => {
    const root = cliRoot()
    root.write('a/config.toml', slow)
    const first = root.start('run')
    await until(() => root.names('a').includes('pid'))
    root.write('b/config.toml', 'cmd = "exit 1"\ninterval = "1 day"')
    const { status, stderr } = await root.cli('run')
    expect(status).toBe(1)
    expect(stderr).toMatch(/another unsilo[^]*b: export/)
    first.child.kill('SIGINT')
    await first.ended
  })
})

describe('an interrupted run', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s ends with 130, with its command and all that it started, and records the failure',
    async (signal) => {
      const root = cliRoot()
      root.write('a/config.toml', slow)
      root.write('b/config.toml', slow)
      const { child, ended } = root.start('run', '--concurrency', '1')
      await until(() => root.names('a').includes('pid'))
      const group = -Number(root.read('a/pid'))
      expect(isAlive(group)).toBe(true)
      child.kill(signal)
      const { status, stderr } = await ended
      expect(status).toBe(130)
      expect(stderr).toMatch(/✗ a: export \S+Z failed: interrupted/)
      // What has ended may wait a moment for its new parent to take notice.
      await until(() => !isAlive(group))
      expect(root.names('b')).not.toContain('pid')
      expect((await root.cli('parcels', 'a', '--json')).json()).toMatchObject({
        parcels: [{ state: 'failed', because: 'interrupted' }],
      })
      expect(root.read('a/metrics.csv')).toMatch(/Z,N,/)
    },
  )

  it('needs no help: the next run exports', async () => {
    const root = cliRoot()
    root.write('a/config.toml', slow)
    const { child, ended } = root.start('run')
    await until(() => root.names('a').includes('pid'))
    child.kill('SIGINT')
    await ended
    root.write('a/config.toml', 'cmd = "echo []"\nstdout = "json"\ninterval = "1s"\n')
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect(await root.cli('run')).toMatchObject({ status: 0, stderr: '' })
    expect(root.names('a/incomplete')).toEqual([])
  })

  it('ends at once when it is interrupted twice', async () => {
    const root = cliRoot()
    const command = `trap 'touch told' TERM INT; echo $$ > pid.part; mv pid.part pid; while :; do sleep 0.1; done`
    root.write('a/config.toml', `cmd = '''${command}'''\nstdout = "json"`)
    const { child, ended } = root.start('export', 'a')
    await until(() => root.names('a').includes('pid'))
    child.kill('SIGINT')
    await until(() => root.names('a').includes('told'))
    child.kill('SIGINT')
    expect((await ended).status).toBe(130)
    // It has not waited for the command, which goes on.
    expect(process.kill(-Number(root.read('a/pid')), 'SIGKILL')).toBe(true)
  })
})
