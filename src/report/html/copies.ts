import { type CopyMeter, sayPlaces } from '../copies.ts'
import { type Markup, html } from './markup.ts'
import { relative } from './time.ts'

const box = 14

/** A box for each place that is to have the newest good parcel: full, empty, or struck through where the copy is damaged. */
export function copiesMeter(copies: CopyMeter, at: string): Markup {
  const { places, lacking, count, checkedAt } = copies
  const states = [...places.map(({ ok }) => (ok ? 'full' : 'damaged')), ...lacking.map(() => 'lacking')]
  const boxes = states.slice(0, 12).map((state, index) => {
    const x = index * (box + 4) + 1
    const cross = state === 'damaged' ? html`<path d="M${x} 1l${box} ${box}m0 -${box}l-${box} ${box}" />` : undefined
    return html`<rect class="${state}" x="${x}" y="1" width="${box}" height="${box}" rx="2" />${cross}`
  })
  const width = boxes.length * (box + 4) - 2
  const checked =
    checkedAt === undefined
      ? 'not all of them ever checked'
      : html`${count === 1 ? 'checked' : 'oldest check'} ${relative(checkedAt, at)}`
  return html`<svg
      class="copies"
      viewBox="0 0 ${width} ${box + 2}"
      width="${width}"
      height="${box + 2}"
      aria-hidden="true"
    >
      ${boxes}
    </svg>
    ${count} of ${states.length}: ${sayPlaces(copies)}; ${checked}`
}
