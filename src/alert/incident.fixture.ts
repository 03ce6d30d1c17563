import type { Due } from './due.ts'
import { type AlertState, type Trouble, foldIncidents, noAlerts } from './incident.ts'
import type { ChannelRules } from './rules.ts'
import { recordFailed, recordSent } from './sent.ts'

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour
export const start = new Date(2026, 2, 1, 8).getTime()

export const mail: ChannelRules = { name: 'mail', minSeverity: 'warning', resolved: true }
export const phone: ChannelRules = { name: 'phone', minSeverity: 'error', datasets: ['t*'], resolved: false }

export function trouble(more: Partial<Trouble> = {}): Trouble {
  const common = { since: undefined, why: 'HTTP 401', next: 'make a new token' }
  return { dataset: 'todo', cause: 'late', severity: 'error', what: 'no good export for 3 days', ...common, ...more }
}

/** A machine that looks, tells and remembers. */
export function watcher(channels: readonly ChannelRules[], settleMs = 15 * minute) {
  let state: AlertState = noAlerts
  let time = start
  return {
    get state() {
      return state
    },
    /** Waits, looks and tells; channels in `down` take nothing. */
    look(
      afterMs: number,
      troubles: readonly Trouble[],
      down: readonly string[] = [],
      about?: readonly string[],
    ): Due[] {
      time += afterMs
      const now = new Date(time)
      const folded = foldIncidents(state, troubles, channels, now, { settleMs, about })
      state = folded.state
      const told: Due[] = []
      const failed = new Set<string>()
      for (const due of folded.due) {
        if (failed.has(due.channel)) continue
        if (down.includes(due.channel)) {
          state = recordFailed(state, due.channel, now, { reason: 'no answer' })
          failed.add(due.channel)
        } else {
          state = recordSent(state, due, now)
          told.push(due)
        }
      }
      return told
    },
    jump(ms: number) {
      time += ms
    },
  }
}

export const kinds = (told: readonly Due[]): string[] => told.map(({ channel, kind }) => `${channel} ${kind}`)
