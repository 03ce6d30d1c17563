import type { SchemaIssue, SourceDefinition } from './define-source.ts'

/** Something that is wrong with the keys of a module. */
export interface OptionProblem {
  /** Below `[source]`. */
  path: PropertyKey[]
  message: string
}

/** Checks what stands in `[source]` by the module's own schema. */
export async function checkOptions(
  { kind, config }: SourceDefinition,
  options: Record<string, unknown>,
): Promise<{ options: unknown } | { problems: OptionProblem[] }> {
  if (config === undefined) {
    const problems = Object.keys(options).map((key) => ({ path: [key], message: `has no use: ${kind} takes no keys` }))
    return problems.length === 0 ? { options } : { problems }
  }
  const result = await config['~standard'].validate(options)
  if (result.issues === undefined) return { options: result.value }
  return { problems: result.issues.map((issue) => ({ path: pathOf(issue), message: issue.message })) }
}

function pathOf({ path = [] }: SchemaIssue): PropertyKey[] {
  return path.map((part) => (typeof part === 'object' ? part.key : part))
}
