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
    expect((await root.cli('report', '--format', 'markdown')).stdout).toContain('| ✓ todo | good |')
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

  it('refuses what asks for two formats at once', async () => {
    const root = cliRoot()
    for (const args of [
      ['--format', 'markdown'],
      ['--output', 'report.html'],
    ]) {
      expect(await root.cli('report', '--json', ...args)).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(
          /--json asks for JSON, and .* for (?:markdown|html)\n.*→ Leave one of the two out/,
        ),
      })
    }
    root.write('todo/config.toml', '')
    expect((await root.cli('report', '--json', '--format', 'json', '-o', 'all.json')).status).toBe(0)
    expect(JSON.parse(root.read('all.json'))).toMatchObject({ warned: 0 })
  })

  it('names the path that was given when its folder is not there', async () => {
    const root = cliRoot()
    root.write('todo/config.toml', '')
    const { status, stderr } = await root.cli('report', '-o', 'no/r.html')
    expect([status, stderr]).toEqual([
      2,
      `error: cannot write ${root.path}/no/r.html: there is no folder ${root.path}/no\n→ Make it first: mkdir -p '${root.path}/no'\n`,
    ])
  })

  it('tells what was looked at in every dataset with --all, also in good ones', async () => {
    const root = await rootWithReport()
    expect((await root.cli('report')).stdout).not.toContain('is good')
    const { stdout } = await root.cli('report', '--all')
    expect(stdout).toMatch(/✓ todo is good\n {2}the last good parcel is .*\n {2}✓ broken: metrics\.csv can be read\n/)
    expect(stdout).toMatch(/✓ late: the last good parcel is .* old; the interval is 1 day\n/)
    expect(stdout).toMatch(
      /✗ bank is never\n[^]* {2}✗ never: there is no good parcel; the newest export, of .*\n? +failed: exit status 3\n/,
    )
    const markdown = (await root.cli('report', '--all', '--format', 'markdown')).stdout
    expect(markdown).toContain('## todo: good')
    expect((await root.cli('report', '--format', 'markdown')).stdout).not.toContain('## todo: good')
    const opened = (html: string): number => html.split('<details open').length - 1
    expect(opened((await root.cli('report', '--all', '--format', 'html')).stdout)).toBe(1)
    expect(opened((await root.cli('report', '--format', 'html')).stdout)).toBe(0)
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
