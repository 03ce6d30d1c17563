import { type Markup, html } from './markup.ts'

/** What is typed, between backticks; and addresses. */
const special = /`([^`]+)`|(https?:\/\/[^\s<>"'`]*[^\s<>"'`.,;:!?)\]])/g

/** A sentence of a message or a hint: commands as such, addresses as links. */
export function prose(text: string): Markup {
  const parts: Markup[] = []
  let end = 0
  for (const { 0: whole, 1: code, 2: address, index } of text.matchAll(special)) {
    parts.push(html`${text.slice(end, index)}`)
    if (code !== undefined) parts.push(html`<code>${code}</code>`)
    else parts.push(html`<a href="${address}" rel="noreferrer">${address}</a>`)
    end = index + whole.length
  }
  return html`${parts}${text.slice(end)}`
}
