import { cutText } from '../../system/cut-text.ts'
import { saySize } from '../../system/size.ts'
import { numberOf, sayChange, valuesOverTime } from '../change.ts'
import type { MetricComparison } from '../comparison.ts'
import type { Series } from '../past/series.ts'
import { type Markup, html } from './markup.ts'
import { sparkline } from './sparkline.ts'

/** More would make a page of one dataset. */
const mostMetrics = 12

/** Now, a week ago, half a year ago, and how it went in between. */
export function metricsTable(
  metrics: MetricComparison | undefined,
  series: readonly Series[],
  at: string,
): Markup | undefined {
  const shown = (metrics?.metrics ?? []).filter(
    ({ name, values }) => name !== 'files' || values.some((value) => value !== '1'),
  )
  if (shown.length === 0) return undefined
  const rows = shown.slice(0, mostMetrics).map(({ name, values }) => {
    const [now, week, halfYear] = valuesOverTime(metrics, values)
    const say = sayFor(name)
    const points = series.find((one) => one.name === name)
    return html`<tr>
      <th scope="row"><bdi>${cutText(name, 60)}</bdi></th>
      <td>${points && sparkline(points, at, say)}</td>
      ${cell(now, undefined, say)}${cell(week, now, say)}${cell(halfYear, now, say)}
    </tr>`
  })
  const more = shown.length - mostMetrics
  return html`<table class="metrics">
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col">180 days</th>
          <th scope="col">Now</th>
          <th scope="col">7 days ago</th>
          <th scope="col">180 days ago</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
    ${more > 0 ? html`<p class="muted">and ${more} more</p>` : undefined}`
}

function cell(value: string | undefined, now: string | undefined, say: (value: number) => string): Markup {
  if (value === undefined || value === '') return html`<td class="number muted">–</td>`
  const number = numberOf(value)
  const change = now === undefined ? '' : sayChange(numberOf(now), number)
  const since = change === '' || change === '=' ? undefined : html`<small>now ${change}</small>`
  return html`<td class="number">${number === undefined ? cutText(value, 24) : say(number)}${since}</td>`
}

function sayFor(name: string): (value: number) => string {
  return name === 'bytes' ? saySize : (value) => grouped(value)
}

/** `12,345.5`: digits in threes, the same on every machine. */
function grouped(value: number): string {
  const [whole, fraction] = String(value).split('.')
  return /^-?\d+$/.test(whole!)
    ? whole!.replaceAll(/\B(?=(?:\d{3})+$)/g, ',') + (fraction === undefined ? '' : `.${fraction}`)
    : String(value)
}
