import { textOf } from '../alert/message-text.ts'
import { faultTitles } from '../rehearsal/fault.ts'
import type { Rehearsal } from '../rehearsal/rehearse.ts'
import type { Telling } from '../rehearsal/telling.ts'
import { sayInstant } from '../schedule/freshness.ts'
import { formatDuration } from '../system/duration.ts'
import type { App } from './app.ts'
import { outcomeLines, problemLine } from './outcome.ts'
import type { Failing, Sent } from './rehearse.ts'

/** A rehearsal for a person: what was done, what is noticed, who is told when, and in which words. */
export function rehearsalText(
  rehearsal: Rehearsal,
  tellings: readonly Telling[],
  sent: Sent,
  failing: Failing,
  app: App,
): string {
  const { bold, dim } = app.colors.out
  const { dataset, fault, staged } = rehearsal
  const isSent = sent.size > 0
  const parts = [
    `${bold(`Rehearsal: ${faultTitles[fault]}`)} ${dim(`(${dataset})`)}`,
    section(
      'What was done',
      [`${staged};`, `in a copy of ${dataset}, which is gone again`, ...runLines(rehearsal, app)],
      app,
    ),
    section('What is noticed', noticedLines(rehearsal, app), app),
    section(
      isSent ? 'Who was told' : 'Who is told',
      tellings.flatMap((one) => tellingLines(one, rehearsal, sent, failing, app)),
      app,
    ),
  ]
  const [first] = tellings.filter(({ messages }) => messages.length > 0)
  if (tellings.length === 0) {
    parts[3] = section('Who is told', ['nobody: unsilo.toml has no channel for alerts'], app)
  }
  if (first !== undefined) parts.push(section('The message', messageLines(first, app), app))
  parts.push(lastLine(rehearsal, tellings, sent, failing, app))
  return parts.join('\n\n')
}

function section(title: string, lines: readonly string[], { colors }: App): string {
  return [colors.out.bold(title), ...lines.map((line) => `  ${line}`)].join('\n')
}

function runLines({ outcome }: Rehearsal, { colors: { out } }: App): string[] {
  if (outcome === undefined) return []
  const { done, problems } = outcomeLines(outcome, out, out)
  const told = outcome.problems.map((problem) => problemLine(outcome.dataset, problem, out))
  return [...done, ...problems, ...told].flatMap((text) => text.split('\n'))
}

function noticedLines(rehearsal: Rehearsal, { colors: { out } }: App): string[] {
  const { troubles, afterMs, before } = rehearsal
  if (afterMs === undefined || troubles.length === 0) {
    const nothing = [out.yellow('nothing, not within a year')]
    if (isTakenForGood(rehearsal)) return [...nothing, ...guardAdvice]
    if (before.length === 0) return nothing
    return [out.yellow('nothing new; this is so already, and goes on:'), ...before.map(({ what }) => what)]
  }
  const when = afterMs === 0 ? [] : [`${out.bold(`after ${formatDuration(afterMs, 2)}`)}, if it stays so until then:`]
  return [
    ...when,
    ...troubles.flatMap(({ severity, what, why, next }) => [
      `${severity === 'warning' ? out.yellow(severity) : out.red(severity)} ${what}`,
      `  ${why}`,
      `  ${out.dim(`→ ${next}`)}`,
    ]),
  ]
}

/** Also where something was wrong before: a good export puts an end to that. */
function isTakenForGood({ fault, outcome }: Rehearsal): boolean {
  const exported = outcome?.exported
  return fault === 'empty-source' && exported?.event === 'sealed' && exported.state === 'good'
}

const guardAdvice = [
  'an empty export is taken for a good one',
  '→ `guard.min_bytes` in its config.toml says what is too little; after some parcels a shrink is noticed by itself',
]

function tellingLines(
  telling: Telling,
  rehearsal: Rehearsal,
  sent: Sent,
  failing: Failing,
  { colors: { out } }: App,
): string[] {
  const { channel, kind, messages, again, because } = telling
  const name = `${out.bold(channel)} ${out.dim(`(${kind})`)}`
  if (messages.length === 0) return [`${out.dim('-')} ${name}  ${out.dim(`not told: ${because ?? ''}`)}`]
  const deliveries = sent.get(channel)
  if (deliveries !== undefined) {
    return deliveries.map((delivery) =>
      delivery.ok
        ? `${out.green('✓')} ${name}  ${delivery.said}`
        : `${out.red('✗')} ${name}  ${delivery.error.message}`,
    )
  }
  const dead = failing.get(channel)
  if (dead !== undefined) {
    const test = out.dim(`→ \`unsilo alert test ${channel}\` tries it.`)
    const how = dead.isUntried === true ? 'it cannot' : `it has failed since ${sayInstant(dead.since)}`
    return [`${out.red('✗')} ${name}  ${whenTold(telling, rehearsal)}, but ${how}: ${dead.reason}`, `    ${test}`]
  }
  const lines = [`${out.green('✓')} ${name}  ${whenTold(telling, rehearsal)}`]
  if (again.length > 0)
    lines.push(`    ${out.dim('again after 1 day, 2 more, 4 more, then each week; and once when it is over')}`)
  return lines
}

function whenTold({ at, isDigest }: Telling, { isCritical, afterMs }: Rehearsal): string {
  if (isDigest) return `in the digest of ${at!.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  if (isCritical) return 'at once, by the run itself'
  return afterMs === 0 ? 'by the next `watch`' : `by the first \`watch\` after ${formatDuration(afterMs ?? 0, 2)}`
}

function messageLines({ messages }: Telling, { colors: { out } }: App): string[] {
  return messages.flatMap((message) => [
    out.bold(message.title),
    ...textOf(message)
      .split('\n')
      .map((line) => `${out.dim('│')} ${line}`.trimEnd()),
  ])
}

function lastLine(
  rehearsal: Rehearsal,
  tellings: readonly Telling[],
  sent: Sent,
  failing: Failing,
  { colors: { out } }: App,
): string {
  const { troubles, before, dataset } = rehearsal
  const told = tellings.filter(({ messages }) => messages.length > 0)
  if (told.length === 0) {
    if (tellings.length > 0 && troubles.length === 0 && before.length > 0 && !isTakenForGood(rehearsal)) {
      const advice = `Mend what is wrong already (\`unsilo why ${dataset}\`), then rehearse again.`
      return `${out.red('✗')} nobody would be told anything new\n  ${out.dim(`→ ${advice}`)}`
    }
    const why = troubles.length === 0 ? 'nobody would know' : 'nobody would be told'
    return `${out.red('✗')} ${why}${tellings.length === 0 ? out.dim('\n  → docs/alerts.md shows how to add a channel.') : ''}`
  }
  const names = (some: readonly Telling[]): string => some.map(({ channel }) => channel).join(', ')
  if (sent.size > 0) {
    const reached = told.filter(({ channel }) => sent.get(channel)?.some(({ ok }) => ok) === true)
    if (reached.length === 0) return `${out.red('✗')} nothing could be sent`
    return `${out.green('✓')} sent to ${reached.map(({ channel }) => channel).join(', ')}, marked as a rehearsal`
  }
  const dead = told.filter(({ channel }) => failing.has(channel))
  const live = told.filter(({ channel }) => !failing.has(channel))
  if (live.length === 0) {
    const why = `${names(dead)} ${dead.length === 1 ? 'does' : 'do'} not deliver`
    return `${out.red('✗')} nobody would know: ${why}\n  ${out.dim(`→ \`unsilo alert test\` tries every channel.`)}`
  }
  return `${out.green('✓')} ${names(live)} would know ${out.dim('· `--send` really sends it, marked as a rehearsal')}`
}
