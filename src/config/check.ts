import * as z from 'zod'
import { nearestWord } from '../system/nearest.ts'
import { type ConfigProblem, type KeyPath, sayKey } from './problem.ts'
import { sayIssue } from './say-issue.ts'
import { kindsWith, knownKeys } from './schema-walk.ts'
import { isTable, valueAt } from './values.ts'

/** A problem with values that were read from a file, before its line is looked up. */
export interface ValueProblem {
  /** The key whose line to show. */
  at: KeyPath
  /** The key that the message is about; empty for the file as a whole. */
  key: KeyPath
  message: string
  hint?: string | undefined
}

/** Runs a schema over values, without compiling a parser for each of its tables: that takes longer than to check a few files. */
export function parseOnce<Schema extends z.ZodType>(
  schema: Schema,
  values: unknown,
): z.ZodSafeParseResult<z.output<Schema>> {
  return schema.safeParse(values, { jitless: true })
}

/** Runs a schema over the values of a file. All problems are found at once. */
export function checkValues<Schema extends z.ZodType>(
  schema: Schema,
  values: unknown,
): { value: z.output<Schema> } | { problems: ValueProblem[] } {
  const result = parseOnce(schema, values)
  if (result.success) return { value: result.data }
  const issues = withoutConsequences(result.error.issues, schema, values)
  return { problems: issues.flatMap((issue) => problemsOf(issue, schema, values)) }
}

/** A table whose key is misspelt may seem to lack that key; the misspelling is the one problem to mend. */
function withoutConsequences(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  values: unknown,
): z.core.$ZodIssue[] {
  const misspelt = new Set<string>()
  const meant = new Set<string>()
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue
    const { path } = issue
    misspelt.add(sayKey(path))
    const known = keysAt(schema, path, values)
    const words = issue.keys.map((key) => nearestWord(key, known))
    for (const word of words) if (word !== undefined) meant.add(sayKey([...path, word]))
  }
  const isMissing = ({ path }: z.core.$ZodIssue): boolean => valueAt(values, path) === undefined
  return issues.filter(
    (issue) =>
      (issue.code !== 'custom' || !misspelt.has(sayKey(issue.path))) &&
      !(isMissing(issue) && meant.has(sayKey(issue.path))),
  )
}

/** The keys that a table can have, by its `kind`. */
function keysAt(schema: z.ZodType, path: KeyPath, values: unknown): string[] {
  const table = valueAt(values, path)
  return knownKeys(schema, path, isTable(table) ? table['kind'] : undefined)
}

function problemsOf(issue: z.core.$ZodIssue, schema: z.ZodType, values: unknown): ValueProblem[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path, values)
    return issue.keys.map((key) => {
      const isOfFile = path.length > 0 && knownKeys(schema, []).includes(key)
      return { at: [...path, key], key: path, ...unknownKey(key, known, isOfFile, kindsWith(schema, path, key)) }
    })
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branch = likeliestBranch(issue.errors, valueAt(values, path))
    if (branch !== undefined) {
      const placed = branch.map((inner) => ({ ...inner, path: [...path, ...inner.path] }))
      return withoutConsequences(placed, schema, values).flatMap((inner) => problemsOf(inner, schema, values))
    }
  }
  return [{ at: path, key: path, ...sayIssue(issue, schema, values) }]
}

/**
 * @param isOfFile It is a key, but not in this table: in TOML, what stands below a table's heading belongs to the table.
 * @param otherKinds It is a key of tables of these kinds.
 */
function unknownKey(
  key: string,
  known: string[],
  isOfFile: boolean,
  otherKinds: string[],
): Pick<ValueProblem, 'message' | 'hint'> {
  if (isOfFile) {
    const hint = `If it is meant for the whole file, write it above the first [table]. Known here: ${known.join(', ')}.`
    return { message: `unknown key "${key}"`, hint }
  }
  if (otherKinds.length > 0) {
    const message = `unknown key "${key}": only for kind ${otherKinds.map((kind) => `"${kind}"`).join(', ')}`
    return { message, hint: `Known here: ${known.join(', ')}.` }
  }
  const nearest = nearestWord(key, known)
  if (nearest !== undefined) return { message: `unknown key "${key}": did you mean "${nearest}"?` }
  return { message: `unknown key "${key}"`, hint: known.length === 0 ? undefined : `Known here: ${known.join(', ')}.` }
}

/** The option that the value was meant for: of those whose type fits, and that take its `kind`, the one with the fewest issues. */
function likeliestBranch(branches: readonly z.core.$ZodIssue[][], value: unknown): z.core.$ZodIssue[] | undefined {
  // A word that is the only one there is, as "all", is not what a number or a table was meant for.
  const fitting = branches.filter((issues) =>
    issues.every(
      ({ code, path }) =>
        path.length > 0 || (code !== 'invalid_type' && (code !== 'invalid_value' || typeof value === 'string')),
    ),
  )
  return fitting.toSorted((a, b) => refusesKind(a) - refusesKind(b) || a.length - b.length)[0]
}

function refusesKind(issues: readonly z.core.$ZodIssue[]): number {
  return issues.some(({ path }) => path.length === 1 && path[0] === 'kind') ? 1 : 0
}

/**
 * Gives problems the file and the line that they are in, and puts them in the order of their lines.
 *
 * @param under Where in the file the checked values stand.
 */
export async function placeProblems(
  problems: readonly ValueProblem[],
  file: { shownPath: string; text: string },
  under: KeyPath = [],
): Promise<ConfigProblem[]> {
  if (problems.length === 0) return []
  const { locateKeys } = await import('./locate.ts')
  const lineOf = await locateKeys(file.text)
  const placed = problems.map(({ at, key, message, hint }): ConfigProblem => {
    const whole = [...under, ...key]
    const line = lineOf([...under, ...at])
    return { file: file.shownPath, line, key: whole.length === 0 ? undefined : sayKey(whole), message, hint }
  })
  return placed.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
}
