import { UnsiloError } from '../../errors.ts'
import { sqlText } from '../../view/sql-text.ts'
import type { MirrorTables } from './mirror-tables.ts'

/**
 * Makes sure that a condition means the same in brackets, beside others, as alone: that it is not `a) OR (b`.
 *
 * @param key Where it is written, as messages name it.
 * @throws UnsiloError `query`
 */
export async function checkCondition(where: string | undefined, key: string, tables: MirrorTables): Promise<void> {
  if (where === undefined) return
  const why = (await whyNotParsed(where, tables)) ?? (await whyNotParsed(`(${where}\n)`, tables))
  if (why === undefined) return
  throw new UnsiloError('query', `${key} is no condition in SQL: ${why}`, {
    hint: `Write what may stand behind WHERE, as in where = "form = 'evening'"; it is ${JSON.stringify(where)}.`,
  })
}

/** DuckDB's parser looks at it, and nothing is asked. */
async function whyNotParsed(condition: string, tables: MirrorTables): Promise<string | undefined> {
  const question = `SELECT 1 WHERE ${condition}\n`
  const { batches } = await tables.ask(`SELECT json_serialize_sql(${sqlText(question)})`)
  let text = ''
  for await (const rows of batches()) for (const [cell] of rows) text = String(cell)
  const parsed = JSON.parse(text) as { error: boolean; error_message?: string }
  return parsed.error ? parsed.error_message?.split('\n', 1)[0] : undefined
}

/** @throws UnsiloError `query` for what RE2 does not take */
export async function checkPattern(pattern: string, tables: MirrorTables): Promise<void> {
  try {
    const { batches } = await tables.ask(`SELECT regexp_matches('', ${sqlText(pattern)})`)
    for await (const rows of batches()) void rows
  } catch (error) {
    if (!(error instanceof UnsiloError) || !error.message.startsWith('Invalid Input Error: ')) throw error
    const why = error.message.split('\n', 1)[0]!.replace('Invalid Input Error: ', '')
    throw new UnsiloError('query', `\`pattern\` is no regular expression: ${why}`, {
      hint: 'Its syntax is that of https://github.com/google/re2/wiki/Syntax.',
    })
  }
}
