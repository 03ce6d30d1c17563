import { cutText } from '../../system/cut-text.ts'
import type { Past } from '../past/past.ts'
import { type Markup, html } from './markup.ts'
import { relative } from './time.ts'

/** What came last, of each view that is a feed: a person sees at once whether that is right. */
export function newestItems(views: Past['newest'], at: string): Markup | undefined {
  if (views.length === 0) return undefined
  return html`<ul class="newest">
    ${views.map(
      ({ view, newest }) =>
        html`<li>
          <span class="muted">Newest in <bdi>${cutText(view, 60)}</bdi></span>
          <ol>
            ${newest.map(({ time, title }) => html`<li><bdi dir="auto">${cutText(title, 160)}</bdi> <span class="muted">${relative(time, at)}</span></li>`)}
          </ol>
        </li>`,
    )}
  </ul>`
}
