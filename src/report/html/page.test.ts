import { describe, expect, it } from 'vitest'
import { allBad, allGood, fifty, hostile, hostileBad, pageOf, someBad } from './page.fixture.ts'
import { html } from './markup.ts'
import { reportHtml } from './page.ts'
import { prose } from './prose.ts'

const nextAt = '2026-03-31T14:00:00.000Z'

function text(page: string): string {
  return page
    .slice(page.indexOf('<body>'))
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
}

describe('the page of a report', () => {
  it('says the state of all in one sentence', () => {
    const said = ({ report }: { report: Parameters<typeof reportHtml>[0] }): string =>
      /<h1>(.*)<\/h1>/.exec(reportHtml(report))![1]!
    expect(said(someBad())).toBe('12 datasets: 3 need a look, 8 are good, 1 is not set up yet.')
    expect(said(allGood())).toBe('12 datasets, and all are good.')
    expect(said(allGood(1))).toBe('1 dataset, and it is good.')
    expect(said(allBad())).toBe('15 datasets, and all need a look.')
    expect(said(pageOf([]))).toBe('There are no datasets here yet.')
  })

  it('says until when it is valid: until a dataset would be late', () => {
    const { report, pasts } = allGood()
    expect(text(reportHtml(report, { pasts }))).toContain(
      'Valid until Wednesday 1 Apr 2026, 12:41 UTC , when todoist would be late if nothing comes. If it is later than that, this says nothing about today: unsilo report does.',
    )
    expect(text(reportHtml(report))).toContain('Nothing here says when a dataset would be late')
  })

  it('does not say that nothing tells when a dataset is late, of one that is', () => {
    const { report, pasts } = someBad()
    const datasets = report.datasets.filter(({ warnings }) => warnings.some(({ cause }) => cause === 'late'))
    expect(datasets).toHaveLength(1)
    const said = text(reportHtml({ ...report, datasets }, { pasts }))
    expect(said).toContain(
      `${datasets[0]!.dataset} is late already, and nothing says when another would be: this holds for the time when it was written.`,
    )
  })

  it('says until when it is valid: until the next page should have come', () => {
    const { report, pasts } = allGood()
    expect(text(reportHtml(report, { pasts, nextAt }))).toContain(
      'Valid until Tuesday 31 Mar 2026, 14:00 UTC , when the next page is due. If it is later than that, something has stopped: the computer, its timer, or unsilo.',
    )
    expect(text(reportHtml(report, { pasts, nextAt: '2026-04-07T00:00:00.000Z' }))).toMatch(
      /Valid until Wednesday 1 Apr .* The next page is due on Tuesday 7 Apr 2026, 00:00 UTC : if it is later than that, something has stopped/,
    )
  })

  it('shows the worst first, each with its reason and the next step', () => {
    const { report, pasts } = someBad()
    const said = text(reportHtml(report, { pasts }))
    const order = ['401 Unauthorized', 'Make a new token', 'the interval is 1 day', '3 of 812 rows', 'todoist']
    const body = said.slice(said.indexOf('Needs a look'))
    const places = order.map((one) => body.indexOf(one))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places[0]).toBeGreaterThan(0)
  })

  it('tells what could not even be read, and never calls that good', () => {
    const { report } = allGood(2)
    const page = reportHtml(report, { unread: [{ where: 'bank/config.toml:3', message: 'it is not TOML' }] })
    expect(text(page)).toContain('bank/config.toml:3 : it is not TOML')
    expect(text(page)).toContain('1 configuration cannot be read.')
    expect(page).toContain('<title>unsilo: something to look at</title>')
  })

  it('shows what is accepted, with its reason, among the good ones', () => {
    const { report, pasts } = someBad()
    const [first, ...others] = report.datasets
    const accepted = first!.warnings.map((one) => ({
      ...one,
      accepted: { because: 'we moved house', until: '2026-12-01' },
    }))
    const changed = { ...report, datasets: [...others, { ...first!, health: 'good' as const, warnings: accepted }] }
    const said = text(reportHtml(changed, { pasts }))
    expect(said).toContain('12 datasets: 2 need a look, 9 are good')
    expect(said).toContain('Accepted until 2026-12-01: we moved house')
  })

  it('is the same for the same report', () => {
    const [a, b] = [someBad(), someBad()]
    expect(reportHtml(a.report, { pasts: a.pasts })).toBe(reportHtml(b.report, { pasts: b.pasts }))
  })

  it('stays under 500 KB for fifty datasets', () => {
    const { report, pasts } = fifty()
    expect(Buffer.byteLength(reportHtml(report, { pasts, all: true }))).toBeLessThan(500_000)
  })

  it('loads nothing, and has no script', () => {
    const { report, pasts } = someBad()
    const page = reportHtml(report, { pasts })
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/<script|<link(?! rel="icon" href="data:,")|@import|url\((?!#)|\ssrc=/)
  })

  it('lets no data become markup', () => {
    const { report, pasts } = hostileBad()
    const page = reportHtml(report, { pasts, all: true, unread: hostile.map((where) => ({ where, message: where })) })
    expect(page).not.toMatch(/<script|<img|<svg onload|\p{Bidi_Control}/u)
    expect(page).not.toContain('\0')
    expect(page.match(/<\/style>/g)).toHaveLength(1)
    expect(page).not.toMatch(/\p{Surrogate}/u)
    // What is long is cut.
    expect(page.length).toBeLessThan(200_000)
  })
})

describe('markup', () => {
  it('escapes what is put in, and leaves markup as it is', () => {
    expect(html`<p title="${'"<&>\''}">${[html`<b>${'<b>'}</b>`, ' x']}${undefined}</p>`.text).toBe(
      '<p title="&quot;&lt;&amp;&gt;&#39;"><b>&lt;b&gt;</b> x</p>',
    )
  })

  it('shows commands and addresses in sentences', () => {
    expect(prose('Run `a < b`, see https://x.example/?a=1&b=2. Not javascript:x').text).toBe(
      'Run <code>a &lt; b</code>, see <a href="https://x.example/?a=1&amp;b=2" rel="noreferrer">https://x.example/?a=1&amp;b=2</a>. Not javascript:x',
    )
  })
})
