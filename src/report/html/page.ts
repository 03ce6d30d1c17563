import type { Past, Pasts } from '../past/past.ts'
import type { DatasetReport, Report } from '../report.ts'
import { type Unread, firstLate, levelOf } from '../verdict.ts'
import { openWarnings } from '../warnings.ts'
import { card, warningList } from './card.ts'
import { type Markup, html, trusted } from './markup.ts'
import { prose } from './prose.ts'
import { stripLegend, stripPatterns } from './strip.ts'
import { styles } from './styles.ts'
import { summary } from './summary.ts'

export interface PageOptions {
  /** What `readPasts` has found; without it there are neither strips nor lines. */
  pasts?: Pasts
  /** When this page will be written anew, where something does that by itself. ISO 8601. */
  nextAt?: string
  /** Datasets that could not even be read. */
  unread?: readonly Unread[]
  /** Open the details of good ones, too. */
  all?: boolean
}

/** Nothing is loaded, and nothing runs, even if some of what is shown were taken for markup. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

/**
 * A page of one file: no script, nothing from the network. The same report gives the same page.
 * @returns HTML
 */
export function reportHtml(report: Report, { pasts, nextAt, unread = [], all = false }: PageOptions = {}): string {
  const pastOf = ({ path }: DatasetReport): Past | undefined => pasts?.get(path)
  const ids = new Map(report.datasets.map((dataset, index) => [dataset, `dataset-${index + 1}`]))
  const idOf = (dataset: DatasetReport): string => ids.get(dataset)!
  const late = firstLate(report, (dataset) => pastOf(dataset)?.lateAt)
  const cards = (levels: readonly string[]): Markup[] =>
    report.datasets
      .filter((dataset) => levels.includes(levelOf(dataset)))
      .map((dataset) => card(dataset, pastOf(dataset), { at: report.at, id: idOf(dataset), open: all }))
  const body = html`${stripPatterns()}
    <a class="skip" href="#main">To the datasets</a>
    <div class="page">
      ${summary(report, { nextAt, late }, unread, idOf)}
      <main id="main">
        ${unreadSection(unread)}
        ${section('Of all together', report.root.warnings.length === 0 ? [] : [html`<article class="card bad">${warningList(report.root.warnings, report.at)}</article>`])}
        ${section('Needs a look', cards(['bad', 'look']))} ${listSection('Good', cards(['good']))}
        ${listSection('Exported for the first time', cards(['running']))}
        ${listSection('Not set up yet', cards(['idle']))}
        ${report.datasets.length === 0 ? html`<p class="empty"><code>unsilo init NAME</code> makes a dataset.</p>` : undefined}
      </main>
      ${pasts === undefined || report.datasets.length === 0 ? undefined : legend()}
      <footer>
        <p>Made by unsilo from what is stored. All times are in UTC, all ages as of the time of writing.</p>
      </footer>
    </div>`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="generator" content="unsilo">
<link rel="icon" href="data:,">
<title>${titleOf(report, unread)}</title>
<style>${trusted(styles).text}</style>
</head>
<body>
${body.text}
</body>
</html>
`
}

function titleOf({ datasets, root }: Report, unread: readonly Unread[]): string {
  const bad = datasets.filter((dataset) => ['bad', 'look'].includes(levelOf(dataset))).length
  if (bad > 0) return `unsilo: ${bad} of ${datasets.length} to look at`
  if (unread.length > 0 || openWarnings(root.warnings).length > 0) return 'unsilo: something to look at'
  return datasets.length === 0 ? 'unsilo: no datasets' : 'unsilo: all good'
}

function section(title: string, cards: readonly Markup[], count = cards.length): Markup | undefined {
  return cards.length === 0
    ? undefined
    : html`<section>
        <h2>${title} <small>${count}</small></h2>
        ${cards}
      </section>`
}

/** Those that need no look: a line each. */
function listSection(title: string, cards: readonly Markup[]): Markup | undefined {
  if (cards.length === 0) return undefined
  const head = ['Dataset', 'Newest good', 'Size, and in a week', 'Last 90 days'].map(
    (name) => html`<span>${name}</span>`,
  )
  const list = html`<div class="list">
    <p class="head line" aria-hidden="true">${head}</p>
    ${cards}
  </div>`
  return section(title, [list], cards.length)
}

function unreadSection(unread: readonly Unread[]): Markup | undefined {
  const items = unread.map(
    ({ where, message, hint }) =>
      html`<li class="error">
        <p class="why">
          <b><bdi>${where}</bdi></b
          >: ${prose(message)}
        </p>
        ${hint === undefined ? undefined : html`<p class="next"><b>Next:</b> ${prose(hint)}</p>`}
      </li>`,
  )
  return items.length === 0
    ? undefined
    : section('Cannot be read', [
        html`<article class="card bad">
          <ul class="warnings">
            ${items}
          </ul>
        </article>`,
      ])
}

function legend(): Markup {
  return html`<aside class="card key" aria-labelledby="legend">
    <h2 id="legend">How to read the strips</h2>
    <p>Each strip has one shape a day, the oldest at the left, today at the right.</p>
    ${stripLegend()}
  </aside>`
}
