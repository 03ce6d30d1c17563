import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CliRoot, cliRoot } from '../support/cli.ts'

async function rootWithReport(): Promise<CliRoot> {
  const root = cliRoot()
  root.write('todo/config.toml', `interval = "1 day"\ncmd = "echo '[1]' > $PARCEL_PATH.json"\n`)
  root.write('bank/config.toml', 'interval = "1 day"\ncmd = "exit 3"\n')
  await root.cli('run')
  return root
}

describe('unsilo report --output', () => {
  it('writes what the name of the file says, and shows nothing else', async () => {
    const root = await rootWithReport()
    for (const [name, begin] of [
      ['report.html', '<!doctype html>\n'],
      ['report.md', '# Can these copies be trusted?\n'],
      ['report.json', '{\n  "at": '],
      ['report.txt', '2 datasets: 1 never, 1 good'],
    ] as const) {
      const { status, stdout, stderr } = await root.cli('report', '--output', name)
      expect({ status, stdout, stderr }).toEqual({
        status: 0,
        stdout: '',
        stderr: expect.stringMatching(new RegExp(`^Wrote .*/${name}\\.\n$`)) as string,
      })
      const text = root.read(name)
      expect(text.startsWith(begin)).toBe(true)
      expect(text).toContain('bank')
      // No colours, whatever the terminal has.
      expect(text).not.toContain('\u001b')
    }
    expect(root.names('.').filter((name) => name.startsWith('.unsilo-'))).toEqual([])
  }, 60_000)

  it('goes by --format before the name, and prints every format without a file', async () => {
    const root = await rootWithReport()
    await root.cli('report', '--quiet', '--format', 'markdown', '-o', 'report.txt')
    expect(root.read('report.txt')).toMatch(/^# Can/)
    expect((await root.cli('report', '--format', 'html')).stdout).toMatch(/^<!doctype html>[^]*<\/html>\n$/)
    expect((await root.cli('report', '--format', 'markdown')).stdout).toContain('| ✅ todo | good |')
  }, 60_000)

  it('refuses a name that says nothing, before it looks at anything', async () => {
    const root = cliRoot()
    expect(await root.cli('report', '--output', 'report')).toMatchObject({
      status: 2,
      stderr:
        'error: the name of report does not say what to write\n→ End it in .html, .md, .json or .txt, or say --format.\n',
    })
    expect(existsSync(join(root.path, 'report'))).toBe(false)
  })

  it('tells of datasets whose configuration cannot be read, and ends with 3', async () => {
    const root = await rootWithReport()
    root.write('odd/config.toml', 'interval = "1 dy"\n')
    for (const name of ['report.html', 'report.md']) {
      expect((await root.cli('report', '--check', '--output', name)).status).toBe(3)
      expect(root.read(name)).toContain('odd/config.toml:1')
      expect(root.read(name)).toContain('1 configuration cannot be read.')
    }
  }, 60_000)
})
