import type { AlertConfigs } from '../alert/config.ts'
import { rulesOf } from '../alert/config.ts'
import { type DigestTime, lastDigestTime } from '../alert/digest-time.ts'
import { type Due, repeatMs } from '../alert/due.ts'
import { type Trouble, foldIncidents, noAlerts } from '../alert/incident.ts'
import { type Message, type Origin, messageOf } from '../alert/message.ts'
import { type ChannelRules, concerns, isAmong } from '../alert/rules.ts'
import { dayMs } from '../system/duration.ts'

/** What a channel would be told of troubles, and when. */
export interface Telling {
  channel: string
  kind: AlertConfigs[string]['kind']
  /** In the order in which they are sent; none: it would not be told. */
  messages: Message[]
  /** When. */
  at?: Date
  /** It is gathered in a digest. */
  isDigest: boolean
  /** Times at which it is told again, as long as it goes on: the first few. */
  again: Date[]
  /** Why it is not told. */
  because?: string
}

/** Says for every channel what it would be told, by the same rules as `watch`. @param at When the troubles are first seen. */
export function tellingsOf(configs: AlertConfigs, troubles: readonly Trouble[], origin: Origin, at: Date): Telling[] {
  return Object.entries(configs).map(([channel, config]): Telling => {
    const rules = rulesOf(channel, config)
    const common = { channel, kind: config.kind }
    const meant = troubles.filter((trouble) => concerns(rules, trouble))
    if (meant.length === 0) {
      return { ...common, messages: [], isDigest: false, again: [], because: whyNot(rules, troubles) }
    }
    const { state, due } = foldIncidents(noAlerts, meant, [rules], at)
    if (due.length > 0) {
      const messages = due.map((one) => messageOf(one, state, origin, at))
      return { ...common, messages, at, isDigest: false, again: rules.digest === undefined ? againAfter(at) : [] }
    }
    const time = rules.digest === undefined ? at : nextDigest(rules.digest, at)
    const about = state.incidents.map(({ id }) => ({ id, kind: 'opened' as const }))
    const digest: Due = { channel, kind: 'digest', about, time }
    return { ...common, messages: [messageOf(digest, state, origin, time)], at: time, isDigest: true, again: [] }
  })
}

/** The message of a rehearsal, as it is really sent: nobody may take it for the truth. */
export function markRehearsal(message: Message, dataset: string, now: Date): Message {
  return {
    ...message,
    // A program that opens tickets for what is wrong leaves it alone.
    kind: 'test',
    title: `REHEARSAL: ${message.title}`,
    intro: `This is a rehearsal: nothing of this has happened to ${dataset}.${message.intro === undefined ? '' : `\n${message.intro}`}`,
    at: now,
    key: `rehearsal-${message.key}-${now.getTime()}`,
    follows: [],
  }
}

function whyNot(rules: ChannelRules, troubles: readonly Trouble[]): string {
  const others = troubles.filter(({ dataset }) => isAmong(dataset, rules.datasets))
  if (troubles.length === 0) return 'there is nothing to tell'
  if (others.length === 0) return 'it is not for this dataset'
  return rules.minSeverity === 'critical'
    ? 'it is told of what is critical only'
    : `it is told of ${rules.minSeverity} and worse only`
}

function againAfter(at: Date): Date[] {
  let time = at.getTime()
  return repeatMs.map((ms) => new Date((time += ms)))
}

function nextDigest(digest: DigestTime, at: Date): Date {
  for (let days = 0; days <= 8; days++) {
    const time = lastDigestTime(digest, new Date(at.getTime() + days * dayMs))
    if (time > at) return time
  }
  return at
}
