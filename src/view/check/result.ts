import type { Rule } from './rule.ts'

/** One rule of a check. */
export interface Asked {
  view: string
  /** Its name in the configuration. */
  check: string
  rule: Rule
}

/** What came of it. */
export interface CheckResult extends Asked {
  /** `broken`: it could not be asked, which is a failure, too. */
  verdict: 'passed' | 'failed' | 'broken'
  /** What is wrong, or what was looked at: numbers, and words of the configuration, never values of items. */
  message: string
  /** Rows, or groups of rows, that were looked at; missing when it could not be asked. */
  looked?: number
  /** Those of them that are wrong. */
  wrong?: number
  /** Some of them: keys of items, groups, or the rows of an answer. */
  examples: string[]
  /** All that DuckDB, or the reader of a key, says. It may show values. */
  problem?: string
  hint?: string
}

/** How many examples are shown. */
export const mostExamples = 5
