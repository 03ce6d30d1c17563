import type { HealthFacts } from './facts.ts'
import type { Judgement } from './judgement.ts'
import type { Warning } from '../warnings.ts'

/** That a warning is known. */
export interface Accepted {
  /** A cause, or a state. */
  what: string
  /** The last day, as in 2026-03-01. */
  until?: string | undefined
  because: string
}

/**
 * Marks the warnings that the configuration accepts. What was accepted and is so no longer is told with its warning.
 *
 * @param today As in 2026-03-01.
 */
export function withAccepted(warnings: readonly Warning[], accept: readonly Accepted[], today: string): Warning[] {
  return warnings.map((warning) => {
    const meant = accept.filter(({ what }) => what === warning.cause || what === warning.health)
    const valid = meant.find(({ until }) => until === undefined || until >= today)
    if (valid !== undefined) {
      const { until, because } = valid
      return { ...warning, accepted: { ...(until === undefined ? {} : { until }), because } }
    }
    const over = meant.map(({ until, because }) => `it was accepted until ${until}: ${because}`)
    return over.length === 0 ? warning : { ...warning, evidence: [...(warning.evidence ?? []), ...over] }
  })
}

/** What was found, and that it is accepted, if the warning of it is. */
export function withAcceptance(judgement: Judgement, warnings: readonly Warning[]): Judgement {
  const { cause, ok, finding } = judgement
  const known = ok ? undefined : warnings.find((one) => one.cause === cause && finding.startsWith(one.message))
  if (known?.accepted === undefined) return judgement
  const { until, because } = known.accepted
  return {
    cause,
    ok: true,
    finding: `${finding} (accepted${until === undefined ? '' : ` until ${until}`}: ${because})`,
  }
}

/** Entries of `accept` that nothing is there for. */
export function uselessEntries(warnings: readonly Warning[], { dataset, today }: HealthFacts): Judgement[] {
  return dataset.config.accept
    .filter(({ what }) => !warnings.some(({ cause, health }) => what === cause || what === health))
    .map(({ what, until, because }) => {
      const end = until === undefined ? '' : until >= today ? ` until ${until}` : ` until ${until}, which is over`
      const cause = what === 'unlikely' ? 'figures' : what
      return { cause, ok: true, finding: `${what} is accepted${end} (${because}), and there is no such warning now` }
    })
}
