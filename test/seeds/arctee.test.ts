import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { cli, cliRoot, isAlive, until } from '../support/cli.ts'

const hasZstd = 'createZstdCompress' in zlib || spawnSync('zstd', ['--version']).status === 0

const target = 'out.json'

describe('the path of wrap', () => {
  it('takes the time in UTC at which the command has ended', async () => {
    const root = cliRoot()
    const { status } = await root.cli('wrap', '{utcnow}.json', '--', 'sh', '-c', 'sleep 1.2; date -u +%Y%m%dT%H%M%SZ')
    expect(status).toBe(0)
    const [name] = root.names('.')
    expect(name).toMatch(/^\d{8}T\d{6}Z\.json$/)
    expect([0, 1]).toContain(secondsOf(name!) - secondsOf(root.read(name!)))
  })

  it('takes the names of the machine and the platform, and doubled braces as braces', async () => {
    const root = cliRoot()
    expect((await root.cli('wrap', '{hostname}_{platform}_{{x}}.txt', '--', 'echo', 'hi')).status).toBe(0)
    expect(root.names('.')).toEqual([`${hostname()}_${process.platform}_{x}.txt`])
  })

  it.each(['{nope}.json', '{}.json', '{utcnow.json', 'utcnow}.json'])(
    'that is %s is refused before the command runs',
    async (path) => {
      const root = cliRoot()
      const { status, stderr } = await root.cli('wrap', path, '--', 'touch', join(root.path, 'ran'))
      expect(status).toBe(2)
      expect(stderr).toContain('is not a placeholder')
      expect(stderr).toContain('{utcnow}, {hostname} and {platform}')
      expect(root.names('.')).toEqual([])
    },
  )

  it('may lead into folders that are not there yet', async () => {
    const root = cliRoot()
    expect((await root.cli('wrap', 'exports/{platform}/a.txt', '--', 'echo', 'hi')).status).toBe(0)
    expect(root.read(`exports/${process.platform}/a.txt`)).toBe('hi\n')
  })

  it('that is a folder is refused, and nothing is left beside it', async () => {
    const root = cliRoot()
    root.write('out/a', 'a')
    const { status, stderr } = await root.cli('wrap', 'out', '--', 'echo', 'hi')
    expect(status).toBe(2)
    expect(stderr).toMatch(/^error: .*folder/)
    expect([root.names('.'), root.names('out')]).toEqual([['out'], ['a']])
  })

  it('that is a device, a pipe or a link is refused: wrap replaces only files', async () => {
    const root = cliRoot()
    root.write('real.json', 'old')
    symlinkSync('real.json', join(root.path, 'link.json'))
    expect(spawnSync('mkfifo', [join(root.path, 'pipe')]).status).toBe(0)
    for (const path of ['link.json', 'pipe']) {
      expect((await root.cli('wrap', path, '--', 'echo', 'hi')).status).toBe(2)
    }
    expect(readFileSync(join(root.path, 'real.json'), 'utf8')).toBe('old')
    expect(lstatSync(join(root.path, 'pipe')).isFIFO()).toBe(true)
  })
})

function secondsOf(text: string): number {
  const [, year, month, day, hour, minute, second] = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(text)!.map(Number)
  return Date.UTC(year!, month! - 1, day, hour, minute, second) / 1000
}

describe('what wrap writes', () => {
  it('is what the command printed, byte for byte', async () => {
    const root = cliRoot()
    const bytes = randomBytes(3_000_000)
    const file = root.write('input.bin', '')
    writeFileSync(file, bytes)
    const { status, stdout, stderr } = await root.cli('wrap', target, '--', 'cat', 'input.bin')
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(
      createHash('sha256')
        .update(readFileSync(join(root.path, target)))
        .digest('hex'),
    ).toBe(sha256)
    expect(stderr).toBe(`unsilo: wrote ${target}, 3.0 MB, sha256 ${sha256}\n`)
  })

  it('is never seen half written: a reader finds the old file or the new one', async () => {
    const root = cliRoot()
    root.write(target, 'old')
    const script = 'for i in 1 2 3 4 5 6 7 8; do echo part $i; sleep 0.05; done'
    const { child, ended } = root.start('wrap', target, '--', 'sh', '-c', script)
    const seen = new Set<string>()
    let looks = 0
    while (child.exitCode === null) {
      seen.add(root.read(target))
      looks += 1
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    expect((await ended).status).toBe(0)
    const whole = root.read(target)
    expect(whole.split('\n')).toHaveLength(9)
    expect(looks).toBeGreaterThan(20)
    expect([...seen].filter((text) => text !== 'old' && text !== whole)).toEqual([])
  })

  it.each([
    ['a command that fails', ['sh', '-c', 'echo junk; exit 3'], 3],
    ['a command that prints nothing', ['true'], 1],
    ['a command that a signal ends', ['sh', '-c', 'echo junk; kill -9 $$'], 137],
    ['a command that does not exist', ['no-such-command-anywhere'], 127],
    ['a file that is no command', ['/dev/null'], 126],
  ])('stays the old file after %s, and the status is the command’s own', async (_, command, status) => {
    const root = cliRoot()
    root.write(target, 'old')
    const ended = await root.cli('wrap', target, '--', ...command)
    expect(ended).toMatchObject({ status, stdout: '' })
    expect(ended.stderr).toMatch(/^error: /)
    expect(ended.stderr).not.toContain('    at ')
    expect(root.read(target)).toBe('old')
    expect(root.names('.')).toEqual([target])
  })

  it('is nothing at all when the command fails and there was no file', async () => {
    const root = cliRoot()
    expect((await root.cli('wrap', target, '--', 'sh', '-c', 'echo junk; exit 1')).status).toBe(1)
    expect(root.names('.')).toEqual([])
  })

  it('is nothing when the command takes too long; its whole group is ended', async () => {
    const root = cliRoot()
    const script = 'sleep 60 & echo $! > pid; echo junk; wait'
    const { status, stderr } = await root.cli('wrap', target, '--timeout', '1s', '--', 'sh', '-c', script)
    expect(status).toBe(124)
    expect(stderr).toContain('took longer than 1 second')
    expect(root.names('.')).toEqual(['pid'])
    await until(() => !isAlive(Number(root.read('pid'))))
  })

  it('is nothing when wrap is interrupted; the command ends too', async () => {
    const root = cliRoot()
    const script = 'echo $$ > pid; echo junk; sleep 60'
    const { child, ended } = root.start('wrap', target, '--', 'sh', '-c', script)
    await until(() => root.names('.').includes('pid') && root.read('pid') !== '')
    child.kill('SIGINT')
    expect((await ended).status).toBe(130)
    expect(root.names('.')).toEqual(['pid'])
    await until(() => !isAlive(-Number(root.read('pid'))))
  })

  it('has the mode that other programs give new files', async () => {
    const root = cliRoot()
    await root.cli('wrap', target, '--', 'echo', 'hi')
    await root.cli('wrap', 'two', '--', 'sh', '-c', 'touch plain; echo hi')
    expect(statSync(join(root.path, target)).mode).toBe(statSync(join(root.path, 'plain')).mode)
  })
})

describe('retries of wrap', () => {
  const flaky = 'echo x >> tries; if [ $(wc -l < tries) -lt 3 ]; then echo junk; exit 7; fi; echo good'

  it('never mix outputs: junk of two failures and then good data gives the good data', async () => {
    const root = cliRoot()
    const { status, stderr } = await root.cli('wrap', target, '--retries', '3', '--', 'sh', '-c', flaky)
    expect(status).toBe(0)
    expect(root.read(target)).toBe('good\n')
    expect(stderr).toMatch(/try 1 of 3 failed \(sh: exit status 7\); next in/)
    expect(stderr).toMatch(/try 2 of 3 failed/)
    expect(stderr).toContain('3 tries')
    expect(root.names('.')).toEqual([target, 'tries'])
  })

  it('end with the status of the last try, and leave the old file', async () => {
    const root = cliRoot()
    root.write(target, 'old')
    expect((await root.cli('wrap', target, '-r', '2', '--', 'sh', '-c', flaky)).status).toBe(7)
    expect(root.read('tries')).toBe('x\nx\n')
    expect(root.read(target)).toBe('old')
  })

  it('are off unless they are asked for', async () => {
    const root = cliRoot()
    expect((await root.cli('wrap', target, '--', 'sh', '-c', flaky)).status).toBe(7)
    expect(root.read('tries')).toBe('x\n')
  })

  it('cannot help a command that does not exist', async () => {
    const root = cliRoot()
    const { status, stderr } = await root.cli('wrap', target, '-r', '5', '--', 'no-such-command-anywhere')
    expect(status).toBe(127)
    expect(stderr).not.toContain('try 1')
  })

  it.each(['0', '-1', 'many', '1.5'])('may not be %s', async (retries) => {
    const { status, stderr } = await cli(['wrap', target, `--retries=${retries}`, '--', 'true'])
    expect(status).toBe(2)
    expect(stderr).toContain('whole number of 1 or more')
  })
})

describe('compression of wrap', () => {
  const text = 'a line of an export\n'.repeat(20_000)

  it('with gzip gives a file that unpacks to the same bytes', async () => {
    const root = cliRoot()
    root.write('in', text)
    expect((await root.cli('wrap', 'out.gz', '-c', 'gzip', '--', 'cat', 'in')).status).toBe(0)
    const packed = readFileSync(join(root.path, 'out.gz'))
    expect(packed.length).toBeLessThan(text.length / 10)
    expect(zlib.gunzipSync(packed).toString()).toBe(text)
  })

  it('with zstd gives a file that unpacks to the same bytes', async ({ skip }) => {
    skip(!hasZstd, 'neither the zstd program nor a Node.js with zstd is here')
    const root = cliRoot()
    root.write('in', text)
    expect((await root.cli('wrap', 'out.zst', '--compress', 'zstd', '--', 'cat', 'in')).status).toBe(0)
    const packed = readFileSync(join(root.path, 'out.zst'))
    expect(packed.length).toBeLessThan(text.length / 10)
    const { zstdDecompressSync } = zlib as unknown as { zstdDecompressSync?: (bytes: Buffer) => Buffer }
    const unpacked = zstdDecompressSync?.(packed) ?? spawnSync('zstd', ['-dc', join(root.path, 'out.zst')]).stdout
    expect(unpacked.toString()).toBe(text)
  })

  it('says that zstd is missing where it is, and how to get it', async ({ skip }) => {
    skip('createZstdCompress' in zlib, 'this Node.js has zstd of its own')
    const root = cliRoot({ PATH: '/nonexistent' })
    const { status, stderr } = await root.cli('wrap', 'out.zst', '-c', 'zstd', '--', '/bin/echo', 'hi')
    expect(status).toBe(1)
    expect(stderr).toMatch(/zstd is not installed[^]*install zstd/)
    expect(root.names('.')).toEqual([])
  })

  it('of a command that fails half-way leaves nothing', async () => {
    const root = cliRoot()
    const command = ['sh', '-c', 'cat /etc/passwd; exit 5']
    expect((await root.cli('wrap', 'out.gz', '-c', 'gzip', '--', ...command)).status).toBe(5)
    expect(root.names('.')).toEqual([])
  })

  it('that is not known is a usage error', async () => {
    const { status, stderr } = await cli(['wrap', target, '-c', 'rar', '--', 'true'])
    expect(status).toBe(2)
    expect(stderr).toContain('none, gzip, zstd')
  })
})
