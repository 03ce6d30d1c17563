import type { DuckDBConnection } from '@duckdb/node-api'
import { sqlName } from '../sql-text.ts'
import { isField } from './pattern.ts'
import { type SecretText, sealedText } from './secret-text.ts'

/** What of a view is encrypted: columns by name, and who reads them. */
export interface SecretRule {
  fields: readonly string[]
  text: SecretText
}

/** A column, and how many of its values could not be decrypted: different ones, of those that a question has read. */
export interface Undecrypted {
  view: string
  column: string
  values: number
}

/** Columns of the tables of a connection that are decrypted when they are read. */
export interface SecretColumns {
  /**
   * @param view As messages name it.
   * @param table What to select from, in SQL.
   * @returns A SELECT with the columns decrypted; the plain one where there are none
   */
  select(view: string, table: string, rules: readonly SecretRule[]): Promise<string>
  /** Decrypts what was asked for and is not there yet. @returns Whether there was any: then ask again */
  settle(): Promise<boolean>
  isLate(): boolean
  undecrypted(): Undecrypted[]
}

export function createSecretColumns(connection: DuckDBConnection): SecretColumns {
  const columns: { view: string; column: string; text: SecretText; failed: Set<string> }[] = []
  const register = async (one: (typeof columns)[number]): Promise<string> => {
    const { DuckDBScalarFunction, VARCHAR } = await import('@duckdb/node-api')
    const name = `unsilo_decrypt_${++registered}`
    columns.push(one)
    const { text, failed } = one
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name,
        parameterTypes: [VARCHAR],
        returnType: VARCHAR,
        mainFunction(_, input, output) {
          const values = input.getColumnValues(0)
          for (const [row, value] of values.entries()) {
            const plain = typeof value === 'string' ? text.read(value) : undefined
            if (plain === undefined && typeof value === 'string' && failed.size < mostCounted) failed.add(value)
            output.setItem(row, plain ?? null)
          }
          output.flush()
        },
      }),
    )
    return name
  }
  return {
    async select(view, table, rules) {
      if (rules.length === 0) return `SELECT * FROM ${table}`
      // What does not fit into memory is put into a file for a while.
      await connection.run('SET temp_file_encryption = true')
      const described = await connection.run(`DESCRIBE SELECT * FROM ${table}`)
      const replaced: string[] = []
      for (const [name, type] of await described.getRows()) {
        const column = String(name)
        const rule = rules.find(({ fields }) => isField(column, fields))
        if (rule === undefined) continue
        const decrypt = await register({ view, column, text: rule.text, failed: new Set() })
        const text = type === 'JSON' ? `${sqlName(column)}->>'$'` : `CAST(${sqlName(column)} AS VARCHAR)`
        replaced.push(`${decrypt}(${text}) AS ${sqlName(column)}`)
      }
      return `SELECT *${replaced.length === 0 ? '' : ` REPLACE (${replaced.join(', ')})`} FROM ${table}`
    },
    async settle() {
      let isAny = false
      for (const text of new Set(columns.map((column) => column.text))) if (await text.settle()) isAny = true
      // What was not there yet did not fail.
      if (isAny) for (const { failed } of columns) failed.clear()
      return isAny
    },
    isLate: () => columns.some(({ text }) => text.isLate),
    undecrypted: () =>
      // That there is no key has been told already.
      columns.flatMap(({ view, column, text, failed }) =>
        failed.size === 0 || text === sealedText ? [] : [{ view, column, values: failed.size }],
      ),
  }
}

const mostCounted = 1_000_000

/** Functions are known to all connections of an engine. */
let registered = 0
