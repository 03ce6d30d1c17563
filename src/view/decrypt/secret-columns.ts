import type { DuckDBConnection } from '@duckdb/node-api'
import { sqlName } from '../sql-text.ts'
import type { ViewDefinition } from '../definition.ts'
import { isField } from './pattern.ts'
import { secretItems } from './secret-items.ts'
import { type SecretText, sealedText } from './secret-text.ts'

interface SecretColumn {
  view: string
  column: string
  text: SecretText
  failed: Set<string>
}

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
  /** The same for the table of a view's history: its items are decrypted. @param columns Of the view. */
  selectHistory(
    view: string,
    table: string,
    rules: readonly SecretRule[],
    columns: ViewDefinition['columns'],
  ): Promise<string>
  /** Decrypts what was asked for and is not there yet. @returns Whether there was any: then ask again */
  settle(): Promise<boolean>
  isLate(): boolean
  undecrypted(): Undecrypted[]
}

export function createSecretColumns(connection: DuckDBConnection): SecretColumns {
  const columns: SecretColumn[] = []
  const columnOf = (view: string, column: string, text: SecretText): SecretColumn => {
    const known = columns.find((one) => one.view === view && one.column === column)
    if (known !== undefined) return known
    const made = { view, column, text, failed: new Set<string>() }
    columns.push(made)
    return made
  }
  const readSecret = ({ text, failed }: SecretColumn, value: string): string | undefined => {
    const plain = text.read(value)
    if (plain === undefined && failed.size < mostCounted) failed.add(value)
    return plain
  }
  /** @param read Of texts, and of nothing else. @returns The name of the function in SQL */
  const register = async (read: (text: string) => string | undefined): Promise<string> => {
    const { DuckDBScalarFunction, VARCHAR } = await import('@duckdb/node-api')
    const name = `unsilo_decrypt_${++registered}`
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name,
        parameterTypes: [VARCHAR],
        returnType: VARCHAR,
        mainFunction(_, input, output) {
          const values = input.getColumnValues(0)
          for (const [row, value] of values.entries())
            output.setItem(row, (typeof value === 'string' ? read(value) : undefined) ?? null)
          output.flush()
        },
      }),
    )
    return name
  }
  // What does not fit into memory is put into a file for a while.
  const encryptSpill = async (): Promise<void> => void (await connection.run('SET temp_file_encryption = true'))
  return {
    async select(view, table, rules) {
      if (rules.length === 0) return `SELECT * FROM ${table}`
      await encryptSpill()
      const described = await connection.run(`DESCRIBE SELECT * FROM ${table}`)
      const replaced: string[] = []
      for (const [name, type] of await described.getRows()) {
        const column = String(name)
        const rule = rules.find(({ fields }) => isField(column, fields))
        if (rule === undefined) continue
        const secret = columnOf(view, column, rule.text)
        const decrypt = await register((text) => readSecret(secret, text))
        const text = type === 'JSON' ? `${sqlName(column)}->>'$'` : `CAST(${sqlName(column)} AS VARCHAR)`
        replaced.push(`${decrypt}(${text}) AS ${sqlName(column)}`)
      }
      return `SELECT *${replaced.length === 0 ? '' : ` REPLACE (${replaced.join(', ')})`} FROM ${table}`
    },
    async selectHistory(view, table, rules, definition) {
      if (rules.length === 0) return `SELECT * FROM ${table}`
      await encryptSpill()
      const known = new Map<string, SecretColumn | undefined>()
      const secretOf = (column: string): SecretColumn | undefined => {
        if (!known.has(column)) {
          const rule = rules.find(({ fields }) => isField(column, fields))
          known.set(column, rule === undefined ? undefined : columnOf(view, column, rule.text))
        }
        return known.get(column)
      }
      const plain = secretItems(
        definition,
        (column) => secretOf(column) !== undefined,
        (column, text) => readSecret(secretOf(column)!, text),
      )
      return `SELECT * REPLACE (${await register(plain)}(CAST(item AS VARCHAR))::JSON AS item) FROM ${table}`
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
