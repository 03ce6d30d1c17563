import type { DigestTime } from './digest-time.ts'
import type { Trouble } from './incident.ts'
import { type Severity, isAtLeast } from './severity.ts'

/** What a channel is to be told. */
export interface ChannelRules {
  name: string
  minSeverity: Severity
  /** Names, with `*` and `?`; one that begins with `!` leaves out. All datasets when missing. */
  datasets?: readonly string[] | undefined
  /** Gathers messages; what is critical is sent at once all the same. */
  digest?: DigestTime | undefined
  /** It is told what is over, too. */
  resolved: boolean
}

/** Whether the channel is for such a trouble. What is wrong with other channels is for every channel. */
export function concerns(
  { name, minSeverity, datasets }: ChannelRules,
  { dataset, cause, severity }: Trouble,
): boolean {
  if (!isAtLeast(severity, minSeverity)) return false
  if (cause.startsWith('channel:')) return cause !== `channel:${name}`
  return isAmong(dataset, datasets)
}

/** Whether the patterns choose a dataset: any that begins with `!` leaves it out, else one of the others has to name it. */
export function isAmong(dataset: string, patterns: readonly string[] | undefined): boolean {
  const [without, wanted] = [
    (patterns ?? []).filter((pattern) => pattern.startsWith('!')),
    (patterns ?? []).filter((pattern) => !pattern.startsWith('!')),
  ]
  if (without.some((pattern) => matches(dataset, pattern.slice(1)))) return false
  return wanted.length === 0 || wanted.some((pattern) => matches(dataset, pattern))
}

/** Without regular expressions: many stars would take for ever. */
function matches(name: string, pattern: string): boolean {
  let [at, inPattern, star, resume] = [0, 0, -1, 0]
  while (at < name.length) {
    if (
      inPattern < pattern.length &&
      (pattern[inPattern] === '?' || pattern[inPattern] === name[at]) &&
      pattern[inPattern] !== '*'
    ) {
      at++
      inPattern++
    } else if (pattern[inPattern] === '*') {
      star = inPattern++
      resume = at
    } else if (star >= 0) {
      inPattern = star + 1
      at = ++resume
    } else return false
  }
  return /^\**$/.test(pattern.slice(inPattern))
}
