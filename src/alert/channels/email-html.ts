import type { Message, Section } from '../message.ts'
import { sayOrigin } from '../message-text.ts'

const color = { info: '#2e7d32', warning: '#b26a00', error: '#c62828', critical: '#6a1b9a' }

/** The message as HTML that every mail program shows: styles in place, nothing from elsewhere. */
export function htmlOf(message: Message): string {
  const { title, intro, severity, sections, report, kind } = message
  const isMany = kind === 'digest' || kind === 'gathered'
  const body = [
    `<h1 style="font-size:1.2em;margin:0 0 1em;border-left:6px solid ${color[severity]};padding-left:10px">${escaped(title)}</h1>`,
    ...(intro === undefined ? [] : [`<p>${escaped(intro)}</p>`]),
    ...sections.map((section) => sectionHtml(section, isMany)),
    ...(report === undefined ? [] : [`<pre style="font-size:.9em;overflow:auto">${escaped(report.text)}</pre>`]),
    `<p style="color:#666;font-size:.85em;margin-top:2em">${escaped(sayOrigin(message))}</p>`,
  ]
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title></head>` +
    `<body style="font-family:sans-serif;line-height:1.4">${body.join('\n')}</body></html>\n`
  )
}

function sectionHtml({ title, severity, facts, evidence }: Section, withTitle: boolean): string {
  const rows = facts.map(
    ([label, text]) =>
      `<tr><th scope="row" style="text-align:left;vertical-align:top;padding:2px 12px 2px 0;white-space:nowrap">${escaped(label)}</th>` +
      `<td style="padding:2px 0;white-space:pre-wrap">${escaped(text)}</td></tr>`,
  )
  const lines = evidence.map((line) => `<li style="white-space:pre-wrap">${escaped(line)}</li>`)
  const heading = `<h2 style="font-size:1em;margin:1.5em 0 .3em;color:${color[severity]}">${escaped(title)}</h2>`
  return [
    ...(withTitle ? [heading] : []),
    `<table role="presentation" style="border-collapse:collapse">${rows.join('')}</table>`,
    ...(lines.length === 0 ? [] : [`<ul>${lines.join('')}</ul>`]),
  ].join('\n')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
