import { createHash } from 'node:crypto'
import { sayDuration } from '../system/duration.ts'
import type { Due, DueKind } from './due.ts'
import type { AlertState, Incident } from './incident.ts'
import { sayTime } from './message-text.ts'
import { type Severity, worst } from './severity.ts'
import { oneLine, plainText, shortenTo } from './shorten.ts'

/** Where messages come from. */
export interface Origin {
  /** The machine's name. */
  host: string
  /** The root folder, absolute. */
  root: string
}

/** What a message says of one incident. */
export interface Section {
  title: string
  severity: Severity
  /** Label and text, in the order in which they are read. */
  facts: (readonly [label: string, text: string])[]
  evidence: string[]
}

/** The report, to go with a digest. */
export interface EnclosedReport {
  text: string
  /** A page that needs nothing else. */
  html?: string
}

/** What is sent, whatever the channel. */
export interface Message extends Origin {
  kind: Due['kind'] | 'test'
  /** Of the worst that it is about; `info` of what is over. */
  severity: Severity
  /** One line. */
  title: string
  intro?: string
  sections: Section[]
  /** Their names. */
  datasets: string[]
  /** What it is about, for programs. */
  incidents: { kind: DueKind; incident: Incident }[]
  at: Date
  /** Letters, digits, points and hyphens. The same message sent again has the same. */
  key: string
  /** Keys of messages that it follows. */
  follows: string[]
  report?: EnclosedReport
}

/** Makes the message that is due. */
export function messageOf(
  due: Due,
  { incidents, channels }: AlertState,
  origin: Origin,
  now: Date,
  report?: EnclosedReport,
): Message {
  const about = due.about.flatMap(({ id, kind }) => {
    const incident = incidents.find((one) => one.id === id)
    return incident === undefined ? [] : [{ kind, incident }]
  })
  const sections = about.map(({ kind, incident }) => sectionOf(kind, incident, now))
  const counts = about.map(({ incident }) => ({ id: incident.id, count: countOf(incident, due.channel) }))
  const names = [...new Set(about.map(({ incident }) => incident.dataset))]
  const common = {
    ...origin,
    kind: due.kind,
    severity: worst(sections.map(({ severity }) => severity)),
    sections,
    datasets: names,
    incidents: about,
    at: now,
    follows: counts.filter(({ count }) => count > 0).map(({ id }) => id),
  }
  const [first] = counts
  if (due.kind === 'digest') {
    const open = about.filter(({ kind }) => kind !== 'resolved').length
    const over = about.length - open
    const title =
      open === 0
        ? 'all is well'
        : `${amount(open, 'trouble')}${over === 0 ? '' : `, ${over} more ${over === 1 ? 'is' : 'are'} over`}`
    const intro = open === 0 ? 'Nothing is wrong now.' : undefined
    return {
      ...common,
      title,
      ...(intro === undefined ? {} : { intro }),
      key: `digest-${due.channel}-${stamp(due.time ?? now)}`,
      follows: [],
      ...(report === undefined ? {} : { report }),
    }
  }
  if (due.kind === 'gathered') {
    const title = `${about.length} messages about ${shortenTo(names.map(oneLine).join(', '), 100)}`
    return { ...common, title, key: hashOf(counts.map(({ id, count }) => `${id}.${count}`).join(' ')) }
  }
  if (due.kind === 'again') {
    const { failing } = channels[due.channel] ?? {}
    return {
      ...common,
      title: `alerts reach you by ${due.channel} again`,
      intro: failing === undefined ? '' : `They did not since ${sayTime(failing.since)}: ${failing.reason}`,
      key: `again-${due.channel}-${stamp(failing?.since ?? now)}`,
    }
  }
  const key = first === undefined || first.count === 0 ? (first?.id ?? stamp(now)) : `${first.id}.${first.count}`
  return { ...common, title: sections[0]?.title ?? '', key }
}

/** A message that only shows that the channel works. @param datasets Those that it is for. */
export function testMessage(channel: string, datasets: string[], origin: Origin, now: Date): Message {
  return {
    ...origin,
    kind: 'test',
    severity: 'info',
    title: `test of the channel ${channel}`,
    intro: 'If you can read this, alerts reach you here. Nothing is wrong.',
    sections: [],
    datasets,
    incidents: [],
    at: now,
    key: `test-${channel}-${stamp(now)}`,
    follows: [],
  }
}

function sectionOf(kind: DueKind, incident: Incident, now: Date): Section {
  const { dataset, what, since = incident.opened, why, next, evidence = [], resolved } = incident
  const before = { opened: '', still: 'still: ', worse: 'worse: ', resolved: 'resolved: ' }[kind]
  const title = shortenTo(oneLine(`${before}${dataset}: ${what}`), 200)
  const lasted = (resolved ?? now).getTime() - since.getTime()
  const times: Section['facts'] =
    resolved === undefined
      ? [['since', `${sayTime(since)}, for ${sayDuration(lasted)}`]]
      : [
          ['from', sayTime(since)],
          ['to', `${sayTime(resolved)}, after ${sayDuration(lasted)}`],
        ]
  const toDo: Section['facts'] = resolved === undefined ? [['what to do', plainText(next)]] : []
  return {
    title,
    severity: resolved === undefined ? incident.severity : 'info',
    facts: [...times, ['why', plainText(why)], ...toDo, ['severity', incident.severity]],
    evidence: evidence.map(plainText),
  }
}

function countOf({ lastSent }: Incident, channel: string): number {
  return lastSent[channel]?.count ?? 0
}

function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

function stamp(time: Date): string {
  return time.toISOString().replaceAll(/[-:]|\.\d+/g, '')
}
