import type { Day, DayState } from '../past/strip.ts'
import { type Markup, html } from './markup.ts'
import { sayDay } from './time.ts'

const width = 8
const height = 20

/** In the order of a legend. Each has a shape of its own: colour alone would not do. */
const shapes: Readonly<Record<Exclude<DayState, 'none'>, { shape: string; name: string; means: string }>> = {
  good: { shape: 'M.6 1h6.8v18h-6.8z', name: 'good', means: 'a good parcel came' },
  quiet: { shape: 'M.6 9h6.8v2h-6.8z', name: 'nothing due', means: 'nothing came, and the newest was young enough' },
  late: { shape: 'M.6 12h6.8v7h-6.8z', name: 'late', means: 'nothing came, and the newest was too old' },
  suspect: { shape: 'M4 1l3.6 18h-7.2z', name: 'suspect', means: 'what came was implausible' },
  failed: { shape: 'M.6 1h6.8v6h-6.8zM.6 13h6.8v6h-6.8z', name: 'failed', means: 'the export failed' },
  gap: {
    shape: 'M.6 1h6.8v18h-6.8zM2.2 3v14h3.6v-14z',
    name: 'data lost',
    means: 'a parcel did not reach back to the one before',
  },
}

type Shown = keyof typeof shapes

/** A day of each kind, once for the whole page: strips refer to them. */
export function stripPatterns(): Markup {
  const patterns = Object.entries(shapes).map(
    ([state, { shape }]) =>
      html`<pattern id="day-${state}" width="${width}" height="${height}" patternUnits="userSpaceOnUse"
        ><path class="${state}" d="${shape}"
      /></pattern>`,
  )
  return html`<svg class="hidden" width="0" height="0" aria-hidden="true" focusable="false">
    <defs>${patterns}</defs>
  </svg>`
}

/** One shape a day, the oldest at the left; days of one kind that follow each other are one rectangle. */
export function strip(days: readonly Day[]): Markup {
  const spans = spansOf(days).filter(({ state }) => state !== 'none')
  const rectangles = spans.map(
    ({ state, from, days: of }) =>
      html`<rect x="${from * width}" width="${of.length * width}" height="${height}" fill="url(#day-${state})"
        ><title>${saySpan(of)}</title></rect
      >`,
  )
  return html`<svg
    class="strip"
    role="img"
    aria-label="${sayStrip(days)}"
    viewBox="0 0 ${days.length * width} ${height}"
    preserveAspectRatio="none"
  >
    ${rectangles}
  </svg>`
}

export function stripLegend(): Markup {
  const items = Object.entries(shapes).map(
    ([state, { shape, name, means }]) =>
      html`<li>
        <svg viewBox="0 0 8 20" width="10" height="20" aria-hidden="true"><path class="${state}" d="${shape}" /></svg>
        <span><b>${name}</b>: ${means}</span>
      </li>`,
  )
  return html`<ul class="legend">
    ${items}
  </ul>`
}

interface Span {
  state: DayState
  from: number
  days: Day[]
}

function spansOf(days: readonly Day[]): Span[] {
  const spans: Span[] = []
  days.forEach((day, index) => {
    const last = spans.at(-1)
    if (last?.state === day.state) last.days.push(day)
    else spans.push({ state: day.state, from: index, days: [day] })
  })
  return spans
}

/** `3 to 9 Mar: good (7 good, 1 failed)`. */
function saySpan(days: readonly Day[]): string {
  const [first, last] = [days[0]!, days.at(-1)!]
  const when = first === last ? sayDay(first.day) : `${sayDay(first.day)} to ${sayDay(last.day)}`
  const counts = (['good', 'suspect', 'failed'] as const)
    .map((state) => ({ state, count: days.reduce((sum, day) => sum + day[state], 0) }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`)
  return `${when}: ${shapes[first.state as Shown].name}${counts.length === 0 ? '' : ` (${counts.join(', ')})`}`
}

/** The same in words, for who does not see it. */
export function sayStrip(days: readonly Day[]): string {
  const known = days.filter(({ state }) => state !== 'none')
  if (known.length === 0) return `Nothing in the last ${days.length} days`
  const said = Object.entries(shapes).flatMap(([state, { name }]) => {
    const of = known.filter((day) => day.state === state)
    if (of.length === 0) return []
    const last = state === 'good' || state === 'quiet' ? '' : ` (last on ${sayDay(of.at(-1)!.day)})`
    return [`${of.length} ${name}${last}`]
  })
  const since = known.length < days.length ? `, known since ${sayDay(known[0]!.day)}` : ''
  return `Last ${days.length} days${since}: ${said.join(', ')}`
}
