import { cutText } from '../../system/cut-text.ts'
import { saySize } from '../../system/size.ts'
import { numberOf } from '../change.ts'
import type { DatasetReport, Report } from '../report.ts'
import { type Unread, type Validity, levelOf, marks, sayState } from '../verdict.ts'
import { type Markup, html } from './markup.ts'
import { instant } from './time.ts'

/** More would push everything else off the screen; they come next anyway. */
const mostLinks = 12

/** The state of all in one sentence, until when that may be believed, and where to look. */
export function summary(
  report: Report,
  validity: Validity,
  unread: readonly Unread[],
  idOf: (dataset: DatasetReport) => string,
): Markup {
  const bad = report.datasets.filter((dataset) => ['bad', 'look'].includes(levelOf(dataset)))
  const links = bad.slice(0, mostLinks).map((dataset) => {
    const of = levelOf(dataset)
    return html`<li>
      <a class="chip ${of}" href="#${idOf(dataset)}"
        ><span aria-hidden="true">${marks[of]}</span> <bdi>${cutText(dataset.dataset, 40)}</bdi>
        <span class="muted">${dataset.health}</span></a
      >
    </li>`
  })
  const more = bad.length - links.length
  const where = html`<nav aria-label="What needs a look">
    <ul class="chips">
      ${links}${more > 0 ? html`<li class="more">and ${more} more</li>` : undefined}
    </ul>
  </nav>`
  return html`<header class="top">
    <p class="eyebrow">Can these copies be trusted?</p>
    <h1>${sayState(report, unread)}</h1>
    ${validityNote(report, validity)}${links.length === 0 ? undefined : where}${totals(report.datasets)}
  </header>`
}

/** A page without scripts cannot tell how old it is: so it says from when on it is too old, for its reader to compare. */
function validityNote({ at, datasets }: Report, { nextAt, late }: Validity): Markup {
  const stopped = html`something has stopped: the computer, its timer, or unsilo`
  const lateFirst =
    late === undefined
      ? undefined
      : html`<b>Valid until</b> ${instant(late.at)}, when <b><bdi>${cutText(late.dataset, 60)}</bdi></b> would be late
          if nothing comes.`
  const said =
    nextAt === undefined
      ? lateFirst === undefined
        ? html`${sayNoneLate(datasets)}: this holds for the time when it was written.`
        : html`${lateFirst} If it is later than that, this says nothing about today: <code>unsilo report</code> does.`
      : lateFirst !== undefined && late!.at < nextAt
        ? html`${lateFirst} The next page is due on ${instant(nextAt)}: if it is later than that, ${stopped}.`
        : html`<b>Valid until</b> ${instant(nextAt)}, when the next page is due. If it is later than that, ${stopped}.`
  return html`<div class="validity">
    <p>Written on ${instant(at)}.</p>
    <p>${said}</p>
  </div>`
}

function sayNoneLate(datasets: readonly DatasetReport[]): Markup {
  const late = datasets.filter(({ warnings }) => warnings.some(({ cause }) => cause === 'late'))
  if (late.length === 0) return html`Nothing here says when a dataset would be late`
  const who =
    late.length === 1 ? html`<bdi>${cutText(late[0]!.dataset, 60)}</bdi> is` : html`${late.length} datasets are`
  return html`${who} late already, and nothing says when another would be`
}

function totals(datasets: readonly DatasetReport[]): Markup | undefined {
  const copies = datasets.flatMap((dataset) => (dataset.copies === undefined ? [] : [dataset.copies]))
  if (copies.length === 0) return undefined
  const bytes = datasets.flatMap(({ metrics }) => {
    const value = numberOf(metrics?.metrics.find(({ name }) => name === 'bytes')?.values[0])
    return value === undefined ? [] : [value]
  })
  const parcels = datasets.reduce((sum, { goodParcels }) => sum + goodParcels, 0)
  const facts: [string, Markup][] = [
    ['newest good parcels', html`${saySize(bytes.reduce((sum, one) => sum + one, 0))}`],
    ['good parcels in all', html`${parcels}`],
    [
      'in two places or more',
      html`${copies.filter(({ count }) => count > 1).length} <small>of ${datasets.length}</small>`,
    ],
  ]
  return html`<dl class="totals">
    ${facts.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`
}
