import { version } from '../version.ts'
import type { Incident } from './incident.ts'
import type { Message, Section } from './message.ts'
import { oneLine, plainText } from './shorten.ts'

/** The whole message as plain text, without its title. */
export function textOf(message: Message): string {
  const { intro, sections, report } = message
  const isMany = message.kind === 'digest' || message.kind === 'gathered'
  const parts = [
    ...(intro === undefined ? [] : [intro]),
    ...sections.map((section) => sectionText(section, { withTitle: isMany, aligned: true })),
    ...(report === undefined ? [] : [plainText(report.text)]),
    sayOrigin(message),
  ]
  return parts.join('\n\n')
}

/** What a section says; `aligned`: for a font in which all characters are as wide. */
export function sectionText(
  { title, facts, evidence }: Section,
  { withTitle = false, aligned = false }: { withTitle?: boolean; aligned?: boolean } = {},
): string {
  const widest = aligned ? Math.max(...facts.map(([label]) => label.length)) + 2 : 0
  const told = facts.map(([label, text]) => {
    const head = `${label}:`.padEnd(widest - 1)
    return `${head} ${text.replaceAll('\n', `\n${' '.repeat(widest)}`)}`
  })
  return [...(withTitle ? [title] : []), ...told, ...evidence.map((line) => `- ${line.replaceAll('\n', '\n  ')}`)].join(
    '\n',
  )
}

/** Which machine and root a message is about, and when it was made. */
export function sayOrigin({ host, root, at }: Message): string {
  return `unsilo ${version} on ${oneLine(host)}, ${oneLine(root)}, ${sayTime(at)}`
}

/** As JSON for programs: docs/alerts.md documents it. */
export function messageJson(message: Message): object {
  const { kind, severity, title, host, root, at, incidents } = message
  return {
    version: 1,
    kind,
    severity,
    title,
    text: textOf(message),
    host,
    root,
    at,
    incidents: incidents.map((one) => ({ kind: one.kind, ...incidentJson(one.incident) })),
  }
}

/** What programs get to know of an incident. */
export function incidentJson(incident: Incident): Omit<Incident, 'lastSent' | 'gone' | 'since'> & { since: Date } {
  const { id, opened, resolved, dataset, cause, severity, what, since = opened, why, next, evidence } = incident
  return {
    id,
    dataset,
    cause,
    severity,
    what,
    since,
    why,
    next,
    ...(evidence === undefined ? {} : { evidence }),
    opened,
    ...(resolved === undefined ? {} : { resolved }),
  }
}

/** To the minute, in UTC. */
export function sayTime(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
