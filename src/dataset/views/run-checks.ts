import { UnsiloError } from '../../errors.ts'
import type { CheckConfig } from '../../view/check/config.ts'
import type { Rule } from '../../view/check/rule.ts'
import {
  type RuleQuestion,
  columnQuestion,
  decryptQuestion,
  rowsQuestion,
  rulesOf,
} from '../../view/check/questions.ts'
import { type Asked, type CheckResult, mostExamples } from '../../view/check/result.ts'
import type { TableShape } from '../../view/check/table-shape.ts'
import { ownColumns } from '../../view/column.ts'
import { isField } from '../../view/decrypt/pattern.ts'
import type { ViewDefinition } from '../../view/definition.ts'
import { cellText } from '../../view/query/cell.ts'
import type { TableName } from '../../view/query/table-names.ts'
import { sqlPath } from '../../view/sql-text.ts'
import type { Dataset } from '../dataset.ts'
import { checkCondition, checkPattern } from './condition.ts'
import type { MirrorTables } from './mirror-tables.ts'
import { notAsked } from './not-asked.ts'
import { shapeOf } from './shape-of.ts'

/** What the checks of a dataset will ask. */
export function checkNeeds({ name, config }: Dataset): { views: TableName[]; sql: string[] } {
  const checked = config.views.filter(({ checks, decrypt }) => Object.keys(checks).length > 0 || decrypt.length > 0)
  const checks = checked.flatMap((view) => Object.values(view.checks))
  return {
    views: [
      ...checked.map((view) => ({ schema: name, table: view.name })),
      ...checks.flatMap(({ rows }) => (rows === undefined ? [] : [tableOf(rows.as, name)])),
    ],
    sql: checks.flatMap(({ sql }) => (sql === undefined ? [] : [sql])),
  }
}

/** `VIEW`, or `DATASET.VIEW`; names of datasets may have dots, those of views have none. */
function tableOf(text: string, dataset: string): TableName {
  const at = text.lastIndexOf('.')
  return at < 0 ? { schema: dataset, table: text } : { schema: text.slice(0, at), table: text.slice(at + 1) }
}

/**
 * Asks all checks of a dataset. One that cannot be asked is a failure, and keeps no other from being asked.
 *
 * @throws UnsiloError `cancelled`
 */
export async function runChecks(dataset: Dataset, tables: MirrorTables, now: Date): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  for (const definition of dataset.config.views) {
    for (const [check, config] of Object.entries(definition.checks)) {
      for (const rule of rulesOf(config)) {
        const asked = { view: definition.name, check, rule }
        const action = (): Promise<CheckResult> =>
          rule === 'sql'
            ? askSql(asked, config.sql!, tables)
            : askRule(asked, () => questionOf(dataset, definition, check, rule, config, tables, now), tables)
        results.push(await attempt(asked, action, config))
      }
    }
    results.push(...(await decryptChecks(dataset, definition, tables)))
  }
  return results
}

async function attempt(asked: Asked, action: () => Promise<CheckResult>, config?: CheckConfig): Promise<CheckResult> {
  try {
    return await action()
  } catch (error) {
    if (!(error instanceof UnsiloError) || error.code === 'cancelled') throw error
    return notAsked(asked, error, config)
  }
}

async function questionOf(
  dataset: Dataset,
  { name: view }: ViewDefinition,
  check: string,
  rule: Rule,
  config: CheckConfig,
  tables: MirrorTables,
  now: Date,
): Promise<RuleQuestion> {
  const shape = await shapeOf({ schema: dataset.name, table: view }, tables)
  await checkCondition(config.where, '`where`', tables)
  if (rule === 'pattern') await checkPattern(config.pattern!, tables)
  if (rule === 'rows') {
    const other = await shapeOf(tableOf(config.rows!.as, dataset.name), tables)
    await checkCondition(config.rows!.where, '`rows.where`', tables)
    return isEmpty(shape) && isEmpty(other) ? nothingYet : rowsQuestion(config, shape, other, config.rows!.as)
  }
  if (isEmpty(shape)) return nothingYet
  return columnQuestion(rule as Exclude<Rule, 'rows' | 'sql' | 'decrypt'>, check, config, shape, now)
}

/** A view that never had an item has no columns but its own. */
function isEmpty({ columns }: TableShape): boolean {
  return [...columns.keys()].every((column) => ownColumns.includes(column))
}

const nothingYet: RuleQuestion = { count: 'SELECT 0, 0', examples: '', what: 'rows', wrong: '' }

async function askRule(
  asked: Asked,
  question: () => Promise<RuleQuestion>,
  tables: MirrorTables,
): Promise<CheckResult> {
  const { count, examples, what, wrong: saysWrong } = await question()
  const { rows } = await rowsIn(tables, count, 1)
  const [looked, wrong] = rows[0]!.map(Number) as [number, number]
  const found = wrong === 0 ? [] : (await rowsIn(tables, `${examples} LIMIT ${mostExamples}`, mostExamples)).rows
  return {
    ...asked,
    verdict: wrong === 0 ? 'passed' : 'failed',
    message: sayCount(wrong, looked, what, saysWrong),
    looked,
    wrong,
    examples: found.map(([text]) => text ?? ''),
  }
}

function sayCount(wrong: number, looked: number, what: string | undefined, saysWrong: string): string {
  if (what === undefined) return wrong === 0 ? 'as it should be' : saysWrong
  if (wrong > 0) return `${wrong} of ${looked} ${what} ${saysWrong}`
  return looked === 1 ? `1 ${what.replace(/^(row|group)s/, '$1')}` : `${looked} ${what}`
}

async function askSql(asked: Asked, sql: string, tables: MirrorTables): Promise<CheckResult> {
  const { rows, columns, count } = await rowsIn(tables, sql, mostExamples)
  const examples = rows.map((row) => row.map((text, index) => `${columns[index]!} ${text ?? '(none)'}`).join(', '))
  return {
    ...asked,
    verdict: count === 0 ? 'passed' : 'failed',
    message: count === 0 ? 'no rows' : `${count} ${count === 1 ? 'row' : 'rows'}, and there should be none`,
    wrong: count,
    examples,
  }
}

/** The first rows of an answer as text, and how many it has. */
async function rowsIn(
  tables: MirrorTables,
  sql: string,
  most: number,
): Promise<{ columns: string[]; rows: (string | undefined)[][]; count: number }> {
  const { columns, batches } = await tables.ask(sql)
  const rows: (string | undefined)[][] = []
  let count = 0
  for await (const batch of batches()) {
    count += batch.length
    for (const row of batch.slice(0, Math.max(0, most - rows.length))) {
      rows.push(row.map((cell, index) => (cell === null ? undefined : cellText(cell, columns[index]!.type))))
    }
  }
  return { columns: columns.map(({ name }) => name), rows, count }
}

/** A check for each column that is decrypted, without being asked for: of what cannot be, nobody would hear otherwise. */
async function decryptChecks(
  dataset: Dataset,
  definition: ViewDefinition,
  tables: MirrorTables,
): Promise<CheckResult[]> {
  const { name: view, decrypt } = definition
  if (decrypt.length === 0) return []
  const asked = (check: string): Asked => ({ view, check, rule: 'decrypt' })
  const stored = tables.view(dataset.name, view)?.paths.items
  const results: CheckResult[] = []
  const whole = await attempt(asked('decrypt'), async () => {
    const shape = await shapeOf({ schema: dataset.name, table: view }, tables)
    const columns = [...shape.columns.keys()]
    const own = columns.filter((column) => !column.startsWith('_'))
    for (const { fields } of decrypt) {
      const meant = own.filter((column) => isField(column, fields))
      if (meant.length === 0 && own.length > 0) {
        throw new UnsiloError('query', `no column is like ${fields.join(', ')}`, {
          hint: `Columns: ${own.join(', ')}.`,
        })
      }
      if (tables.sealed.has(`${dataset.name}/${view}`)) {
        throw new UnsiloError('config', `a key of ${dataset.name}/${view} cannot be read`, {
          hint: `Put it where views.${view}.decrypt says; until then its columns are empty.`,
        })
      }
      for (const column of meant) {
        const question = decryptQuestion(column, shape, `read_parquet(${sqlPath(stored!)})`)
        results.push(
          await attempt(asked(column), () => askRule(asked(column), () => Promise.resolve(question), tables)),
        )
      }
    }
    return { ...asked('decrypt'), verdict: 'passed', message: '', examples: [] }
  })
  return whole.verdict === 'passed' ? results : [...results, whole]
}
