import { sayDuration } from '../../system/duration.ts'
import { type Markup, html } from './markup.ts'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** `2026-03-01` → `1 Mar`. */
export function sayDay(day: string): string {
  return `${Number(day.slice(8, 10))} ${months[Number(day.slice(5, 7)) - 1]}`
}

/** `Sunday 1 Mar 2026, 06:00 UTC`: the page cannot know where its reader is. */
export function instant(iso: string): Markup {
  const said = `${weekdays[new Date(iso).getUTCDay()]} ${sayDay(iso)} ${iso.slice(0, 4)}, ${iso.slice(11, 16)} UTC`
  return html`<time datetime="${iso}">${said}</time>`
}

/** `3 days ago`, or `in 2 hours`, as seen from `at`. */
export function relative(iso: string, at: string): Markup {
  const ms = Date.parse(at) - Date.parse(iso)
  const said = ms < 0 ? `in ${sayDuration(-ms)}` : `${sayDuration(ms)} ago`
  return html`<time datetime="${iso}" title="${iso.slice(0, 16).replace('T', ' ')} UTC">${said}</time>`
}
