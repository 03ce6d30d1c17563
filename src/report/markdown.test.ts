import { describe, expect, it } from 'vitest'
import { allGood, hostileBad, pageOf, someBad } from './html/page.fixture.ts'
import { reportMarkdown } from './markdown.ts'

describe('the report as Markdown', () => {
  it('has a table of all, the worst first, and details of the bad ones only', () => {
    const said = reportMarkdown(someBad().report)
    expect(said).toContain(
      '**12 datasets: 3 need a look, 8 are good, 1 is not set up yet.** As of 2026-03-31 13:40 UTC.',
    )
    expect(said).toMatch(
      /\| Dataset \| State .*\n\| --- \| --- \| --- \| --: \| --: \| --: \|\n\| ✗ github \| failing \|/,
    )
    expect(said).toContain(
      '## github: failing\n\n- **the newest export, of 2026-03-31 09:40 UTC, the last of 3 in a row, failed: 401 Unauthorized at https://api.example.org/v1/tasks** (for 3 days)\n  - Next: Make a new token and put it where `env` says; then `unsilo export x`.',
    )
    expect(said.match(/^## .*/gm)).toEqual([
      '## github: failing',
      '## bank: late',
      '## notes: unlikely',
      '## Copies',
      '## Metrics',
    ])
  })

  it('has details of the good ones when all are asked for', () => {
    expect(reportMarkdown(allGood(2).report, { all: true }).match(/^## .*/gm)).toEqual([
      '## todoist: good',
      '## github: good',
      '## Copies',
      '## Metrics',
    ])
  })

  it('says what could not be read, and that there is nothing', () => {
    expect(reportMarkdown(pageOf([]).report)).toContain('There are no datasets here yet.')
    const said = reportMarkdown(pageOf([]).report, {
      unread: [{ where: 'a/config.toml:1', message: 'no', hint: 'Mend it.' }],
    })
    expect(said).toContain('## Cannot be read\n\n- **a/config.toml:1**: no\n  - Next: Mend it.')
  })

  it('lets no data become markup, or another line or cell', () => {
    const said = reportMarkdown(hostileBad().report, { all: true })
    expect(said.replaceAll(/`[^`]*`/g, '')).not.toMatch(/<[a-z/!]/i)
    expect(said).not.toMatch(/\p{Bidi_Control}|\0/u)
    for (const row of said.split('\n').filter((line) => line.startsWith('|'))) {
      expect([5, 6, 7]).toContain(row.split(/(?<!\\)\|/).length - 1)
    }
    expect(said.length).toBeLessThan(40_000)
  })
})
