import { cutText } from '../../system/cut-text.ts'
import { saySize } from '../../system/size.ts'
import { numberOf, sayChange, valuesOverTime } from '../change.ts'
import type { Past } from '../past/past.ts'
import type { DatasetReport } from '../report.ts'
import { levelOf, marks } from '../verdict.ts'
import { type Warning, sayLasting } from '../warnings.ts'
import { copiesMeter } from './copies.ts'
import { type Markup, html } from './markup.ts'
import { metricsTable } from './metrics.ts'
import { newestItems } from './newest.ts'
import { prose } from './prose.ts'
import { sayStrip, strip } from './strip.ts'
import { relative } from './time.ts'

export interface CardOptions {
  /** Of the report; ages are as seen from it. ISO 8601. */
  at: string
  /** Unique in the page. */
  id: string
  /** Show all of a good one, too. */
  open: boolean
}

/** A dataset: all of it where somebody has to look, else a line that opens. */
export function card(dataset: DatasetReport, past: Past | undefined, options: CardOptions): Markup {
  const level = levelOf(dataset)
  const { id, at, open } = options
  const name = html`<h3 id="${id}">
    <span class="mark" aria-hidden="true">${marks[level]}</span> <bdi>${cutText(dataset.dataset, 120)}</bdi>
    <span class="state">${dataset.health}</span>
  </h3>`
  const days = past && strip(past.days)
  const said = html`${name}
    <p class="last">${lastSuccess(dataset, at)}</p>
    <p class="size">${size(dataset)}</p>
    ${days}`
  if (level === 'bad' || level === 'look')
    return html`<article class="card ${level}" aria-labelledby="${id}">
      <div class="line">${said}</div>
      ${scale(past)}${details(dataset, past, at)}
    </article>`
  return html`<article class="card ${level}" aria-labelledby="${id}"><details${open ? html` open` : undefined}><summary class="line">${said}</summary><div class="body">${scale(past)}${details(dataset, past, at)}</div></details></article>`
}

/** What the ends of the strip are, and the strip in words. */
function scale(past: Past | undefined): Markup | undefined {
  if (past === undefined) return undefined
  const said = sayStrip(past.days).replace(/^Last \d+ days(?:: |, )/, '')
  return html`<p class="scale" aria-hidden="true">
    <span>${past.days.length} days ago</span><span>${said}</span><span>today</span>
  </p>`
}

function lastSuccess({ lastSuccess: last }: DatasetReport, at: string): Markup {
  return last === undefined
    ? html`no good parcel yet`
    : html`<span class="label">last good </span>${relative(last.at, at)}`
}

function size({ metrics }: DatasetReport): Markup | undefined {
  const values = metrics?.metrics.find(({ name }) => name === 'bytes')?.values
  if (values === undefined) return undefined
  const [now, week] = valuesOverTime(metrics, values).map(numberOf)
  if (now === undefined) return undefined
  const change = sayChange(now, week)
  return html`${saySize(now)}
  ${change === '' ? undefined : html`<span class="muted">${change === '=' ? 'unchanged' : change}</span>`}`
}

function details(dataset: DatasetReport, past: Past | undefined, at: string): Markup {
  const { warnings, copies, due, nextAt, goodParcels } = dataset
  const facts: [name: string, value: Markup | undefined][] = [
    ['Next export', due === '' ? undefined : nextExport(due, nextAt, at)],
    ['Late from', past?.lateAt !== undefined && past.lateAt > at ? relative(past.lateAt, at) : undefined],
    ['Good parcels here', html`${goodParcels}`],
    ['Copies of the newest', copies && copiesMeter(copies, at)],
  ]
  const list = facts.flatMap(([name, value]) =>
    value === undefined
      ? []
      : [
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
        ],
  )
  return html`${warningList(warnings, at)}${past && newestItems(past.newest, at)}
    <dl class="facts">${list}</dl>
    ${metricsTable(dataset.metrics, past?.series ?? [], at)}${judged(dataset.judgements)}`
}

function nextExport(due: string, nextAt: string | undefined, at: string): Markup {
  return nextAt === undefined ? prose(due) : html`${relative(nextAt, at)} <span class="muted">(${prose(due)})</span>`
}

/** The evidence: what was looked at, and what was found. */
function judged(judgements: DatasetReport['judgements']): Markup | undefined {
  if (judgements.length === 0) return undefined
  const fine = judgements.filter(({ ok }) => ok).length
  const items = judgements.map(
    ({ ok, finding }) => html`<li class="${ok ? 'ok' : 'bad'}">${prose(cutText(finding, 240))}</li>`,
  )
  return html`<details class="looked">
    <summary>What was looked at: ${fine} of ${judgements.length} fine</summary>
    <ul>
      ${items}
    </ul>
  </details>`
}

/** Each with its reason and what to do next; those that are accepted come last and quietly. */
export function warningList(warnings: readonly Warning[], at: string): Markup | undefined {
  if (warnings.length === 0) return undefined
  const sorted = [...warnings].sort((a, b) => Number(a.accepted !== undefined) - Number(b.accepted !== undefined))
  const items = sorted.map(({ message, hint, since, evidence = [], accepted, severity }) => {
    const isSince = since === undefined ? undefined : html`<span class="muted">${sayLasting({ since }, at)}</span>`
    const lines = evidence.slice(0, 8).map((line) => html`<li>${prose(cutText(line, 300))}</li>`)
    const because =
      accepted === undefined
        ? undefined
        : html`<p class="accepted">
            <b>Accepted</b>${accepted.until === undefined ? undefined : html` until ${accepted.until}`}:
            ${cutText(accepted.because, 300)}
          </p>`
    return html`<li class="${accepted === undefined ? severity : 'quiet'}">
      <p class="why">${prose(cutText(message, 600))}${isSince}</p>
      ${because}
      <p class="next"><b>Next:</b> ${prose(cutText(hint, 600))}</p>
      ${
        lines.length === 0
          ? undefined
          : html`<ul class="evidence">
              ${lines}
            </ul>`
      }
    </li>`
  })
  return html`<ul class="warnings">
    ${items}
  </ul>`
}
