import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api'
import { UnsiloError } from '../../errors.ts'

/** DuckDB's StatementType. */
const select = 1
const explain = 4

/** What asks, and begins like this, cannot write whatever comes after it. */
const asking = /^(?:select|with|from|values|table|pivot|unpivot|describe|show|summarize|\()/i
const explaining = /^explain\s+(?:analyze\s+)?(?:\([^()]*\)\s*)?/i

/**
 * Runs SQL that asks, and is one statement. The tables that it may read lie in files, and those could be written over.
 * @throws UnsiloError `query` when it does anything else
 */
export async function prepareQuestion(connection: DuckDBConnection, sql: string): Promise<DuckDBResult> {
  const text = withoutComments(sql)
  const isExplained = explaining.test(text)
  // Looked at first: to prepare a statement may do something already, as EXPORT makes its folder.
  const isAsking = asking.test(isExplained ? text.replace(explaining, '') : text)
  if (text === '') throw notAQuestion('there is no question')
  const statements = await connection.extractStatements(sql)
  if (!isAsking) throw notAQuestion('that is no question')
  if (statements.count > 1) {
    // DuckDB makes several statements of a PIVOT itself.
    if (!isExplained && !withoutEnd(sql).includes(';')) return connection.stream(sql)
    throw notAQuestion('that is more than one question')
  }
  const statement = await statements.prepare(0)
  const type = Number(statement.statementType)
  if (type === select || (type === explain && isExplained)) return statement.stream()
  throw notAQuestion('that is no question')
}

function withoutEnd(sql: string): string {
  return sql.trim().replace(/;$/, '')
}

function withoutComments(sql: string): string {
  return sql.replace(/^(?:\s+|--[^\n]*(?:\n|$)|\/\*.*?\*\/)+/s, '')
}

function notAQuestion(message: string): UnsiloError {
  return new UnsiloError('query', message, {
    hint: 'Views can be read only: ask with one SELECT, FROM, WITH, DESCRIBE, SUMMARIZE, SHOW or EXPLAIN.',
  })
}
