import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cli, cliRoot, isAlive, startCli, until } from '../support/cli.ts'

const target = 'out.json'

describe('the wrapped command', () => {
  it('says on stderr what it says, before it has ended', async () => {
    const root = cliRoot()
    const { child, ended } = startCli(['wrap', target, '-q', '--', 'sh', '-c', 'echo password? >&2; read x; echo $x'], {
      cwd: root.path,
      input: 'secret\n',
    })
    const [first] = (await new Promise((resolve) => child.stderr!.once('data', (...chunks) => resolve(chunks)))) as [
      string,
    ]
    expect(first).toBe('password?\n')
    const { status, stdout, stderr } = await ended
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: 'password?\n' })
    expect(root.read(target)).toBe('secret\n')
  })

  it('reads the stdin of wrap to its end', async () => {
    const root = cliRoot()
    const input = 'line\n'.repeat(50_000)
    expect((await cli(['wrap', target, '--', 'cat'], { cwd: root.path, input })).status).toBe(0)
    expect(root.read(target)).toBe(input)
  })

  it('owns the options after the two dashes', async () => {
    const root = cliRoot()
    const command = ['printf', '%s|', '--retries', '-c', '-h', '--json', '--', '--version']
    expect((await root.cli('wrap', target, '--', ...command)).status).toBe(0)
    expect(root.read(target)).toBe('--retries|-c|-h|--json|--|--version|')
  })

  it('gets its words as they are: no shell reads them again', async () => {
    const root = cliRoot()
    expect((await root.cli('wrap', target, '--', 'printf', '%s\n', '$HOME', 'a  b', '*', "'")).status).toBe(0)
    expect(root.read(target)).toBe("$HOME\na  b\n*\n'\n")
  })

  it('must be there', async () => {
    const { status, stderr } = await cli(['wrap', target])
    expect(status).toBe(2)
    expect(stderr).toContain('there is no command to run')
    expect(stderr).toContain('two dashes')
  })

  it('may leave a program behind that outlives it', async () => {
    const root = cliRoot()
    const { status } = await root.cli('wrap', target, '--', 'sh', '-c', 'sleep 30 & echo $! > pid; echo hi')
    expect(status).toBe(0)
    expect(root.read(target)).toBe('hi\n')
    await until(() => !isAlive(Number(root.read('pid'))))
  })
})

describe('what wrap requires and tells', () => {
  it.each([
    ['json', '{"a": 1}', '{"a": '],
    ['ndjson', '{"a": 1}\n{"b": 2}\n', '{"a": 1}\n{"b":'],
    ['xml', '<a><b/></a>', '<a><b/>'],
    ['csv', 'a,b\n1,2\n', 'a,b\n"1,2\n'],
  ])('%s: whole output is written, broken output is not', async (format, whole, broken) => {
    const root = cliRoot()
    root.write('whole', whole)
    root.write('broken', broken)
    expect((await root.cli('wrap', 'a.out', '--require', format, '--', 'cat', 'whole')).status).toBe(0)
    const { status, stderr } = await root.cli('wrap', 'a.out', '--require', format, '--', 'cat', 'broken')
    expect(status).toBe(1)
    expect(stderr).toMatch(/^error: /)
    expect(root.read('a.out')).toBe(whole)
    expect(root.names('.')).toEqual(['a.out', 'broken', 'whole'])
  })

  it('a format that does not exist is refused before the command runs', async () => {
    const root = cliRoot()
    const { status, stderr } = await root.cli('wrap', target, '--require', 'jsno', '--', 'touch', 'ran')
    expect(status).toBeGreaterThan(1)
    expect(stderr).toContain('jsno')
    expect(root.names('.')).toEqual([])
  })

  it('with --json prints what was written, and nothing else', async () => {
    const root = cliRoot()
    const ended = await root.cli('wrap', target, '--json', '-c', 'gzip', '--', 'echo', 'hi')
    expect(ended).toMatchObject({ status: 0, stderr: '' })
    expect(ended.json()).toEqual({
      path: target,
      tries: 1,
      rawBytes: 3,
      bytes: expect.any(Number),
      sha256: createHash('sha256')
        .update(readFileSync(join(root.path, target)))
        .digest('hex'),
    })
  })

  it('with --json an error is JSON too', async () => {
    const ended = await cli(['wrap', '--json', '/nonexistent/{x}', '--', 'true'])
    expect(ended.status).toBe(2)
    expect(ended.json()).toMatchObject({
      error: { code: 'usage', message: expect.any(String), hint: expect.any(String) },
    })
  })

  it('with --quiet says nothing', async () => {
    const root = cliRoot()
    expect(await root.cli('wrap', '-q', target, '--', 'echo', 'hi')).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    })
  })
})
