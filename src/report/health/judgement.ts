import type { Cause } from '../../alert/cause.ts'
import { type Warning, openWarnings } from '../warnings.ts'

/** One thing that was looked at, and what was found. */
export interface Judgement {
  cause: Cause
  /** Nothing is wrong, or it is accepted. */
  ok: boolean
  /** With its numbers, in one sentence. */
  finding: string
}

/** What looking at one thing gave. */
export interface Verdict {
  judgements: Judgement[]
  warnings: Warning[]
}

/** Something is wrong: the warnings are what was found. Without any, `fine` is. */
export function verdictOf(cause: Cause, warnings: readonly Warning[], fine: string): Verdict {
  if (warnings.length === 0) return good(cause, fine)
  return {
    judgements: warnings.map((warning) => ({
      cause: warning.cause,
      ok: openWarnings([warning]).length === 0,
      finding: [warning.message, ...(warning.evidence ?? [])].join('; '),
    })),
    warnings: [...warnings],
  }
}

export function good(cause: Cause, finding: string): Verdict {
  return { judgements: [{ cause, ok: true, finding }], warnings: [] }
}

/** There is nothing of the kind to look at. */
export const nothing: Verdict = { judgements: [], warnings: [] }

export function together(verdicts: readonly Verdict[]): Verdict {
  return {
    judgements: verdicts.flatMap(({ judgements }) => judgements),
    warnings: verdicts.flatMap(({ warnings }) => warnings),
  }
}
