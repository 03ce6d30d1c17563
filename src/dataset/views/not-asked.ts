import type { UnsiloError } from '../../errors.ts'
import { cutText } from '../../system/cut-text.ts'
import type { CheckConfig } from '../../view/check/config.ts'
import type { Asked, CheckResult } from '../../view/check/result.ts'

/** What DuckDB says before it reads any item: it has words of the question, and no values. */
const isAboutQuestion = /^(?:Parser|Binder|Catalog) Error: /
const longestReason = 200

/** The result of a rule that could not be asked, with the reason, and what to do. */
export function notAsked(asked: Asked, error: UnsiloError, config?: CheckConfig): CheckResult {
  const { message, hint = whereToMend(asked, config) } = error
  return {
    ...asked,
    verdict: 'broken',
    message: `it could not be asked: ${reasonOf(error, config)}`,
    examples: [],
    // DuckDB points into a question that we have made of the check, and nobody else knows.
    problem: config?.sql === undefined ? message.replace(/\n+LINE \d+:.*$/s, '') : message,
    hint,
  }
}

/** On one line, and without values of items: it is written down. */
function reasonOf({ code, message, cause }: UnsiloError, config: CheckConfig | undefined): string {
  const [line = ''] = message.split('\n', 1)
  if (code !== 'query' || cause === undefined) return cutText(line, longestReason)
  const part = partOf(config)
  const says = part === undefined ? 'DuckDB says' : `DuckDB does not take its ${part}`
  if (isAboutQuestion.test(line)) return `${says}: ${cutText(line, longestReason)}`
  return `DuckDB broke off (${/^[A-Z][A-Za-z ]* Error/.exec(line)?.[0] ?? 'for another reason'})`
}

/** Of what is asked, the part that is SQL of the user. */
function partOf(config: CheckConfig | undefined): string | undefined {
  if (config?.sql !== undefined) return '`sql`'
  if (config?.where !== undefined) return '`where`'
  return config?.rows?.where === undefined ? undefined : '`rows.where`'
}

function whereToMend({ view, check, rule }: Asked, config: CheckConfig | undefined): string {
  const key = `views.${view}.checks.${check}`
  if (rule === 'sql') return `Mend ${key}.sql; \`unsilo query\` can try it.`
  const part = partOf(config)?.replaceAll('`', '')
  return part === undefined ? `See ${key} in config.toml.` : `Mend ${key}.${part}: it is a condition in SQL.`
}
