import { dayMs } from '../../system/duration.ts'
import { type Series, seriesDays } from '../past/series.ts'
import { type Markup, html } from './markup.ts'

const width = 120
const height = 24
const margin = 3

/** A line of a metric over the last half-year, without axes: its figures stand beside it. @param say Writes a value. */
export function sparkline({ name, points, values }: Series, at: string, say: (value: number) => string): Markup {
  const last = points.at(-1)
  if (last === undefined) return html``
  const all = points.map(({ value }) => value)
  const [least, most] = [Math.min(...all), Math.max(...all)]
  const begin = Date.parse(at) - seriesDays * dayMs
  const x = (time: number): number => margin + Math.max(0, (time - begin) / (seriesDays * dayMs)) * (width - 2 * margin)
  const y = (value: number): number =>
    most === least ? height / 2 : height - margin - ((value - least) / (most - least)) * (height - 2 * margin)
  const path = points.map((point, index) => `${index === 0 ? 'M' : 'L'}${short(x(point.at))} ${short(y(point.value))}`)
  const range = most === least ? `always ${say(most)}` : `between ${say(least)} and ${say(most)}`
  const said = `${name} over ${seriesDays} days: ${range}, now ${say(last.value)}; ${values} ${values === 1 ? 'value' : 'values'}`
  return html`<svg
    class="spark"
    role="img"
    aria-label="${said}"
    viewBox="0 0 ${width} ${height}"
    width="${width}"
    height="${height}"
  >
    <title>${range}</title>
    <path d="${path.join('')}" />
    <circle cx="${short(x(last.at))}" cy="${short(y(last.value))}" r="2.5" />
  </svg>`
}

function short(number: number): string {
  return String(Math.round(number * 10) / 10)
}
