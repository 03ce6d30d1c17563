import { UnsiloError } from '../errors.ts'
import type { SchemaIssue } from '../system/standard-schema.ts'
import type { PluginDefinition } from './definition.ts'

/** Something that is wrong with the keys of a module. */
export interface OptionProblem {
  /** Below the table that names the module. */
  path: PropertyKey[]
  message: string
}

/**
 * Checks the keys of a module by its own schema.
 *
 * @throws UnsiloError `config` when the schema itself fails
 */
export async function checkOptions(
  { kind, config }: PluginDefinition,
  options: Record<string, unknown>,
): Promise<{ options: unknown } | { problems: OptionProblem[] }> {
  if (config === undefined) {
    const problems = Object.keys(options).map((key) => ({ path: [key], message: `has no use: ${kind} takes no keys` }))
    return problems.length === 0 ? { options } : { problems }
  }
  const result = await validated(config, kind, options)
  if (result.issues === undefined) return { options: result.value }
  return { problems: result.issues.map((issue) => ({ path: pathOf(issue), message: issue.message })) }
}

type Schema = NonNullable<PluginDefinition['config']>

async function validated(
  schema: Schema,
  kind: string,
  options: unknown,
): Promise<Awaited<ReturnType<Schema['~standard']['validate']>>> {
  try {
    return await schema['~standard'].validate(options)
  } catch (error) {
    throw new UnsiloError('config', `the schema of ${kind} fails: ${String(error).split('\n', 1)[0]}`, {
      hint: 'Mend its `config`: a schema tells what is wrong, and does not throw.',
      cause: error,
    })
  }
}

function pathOf({ path = [] }: SchemaIssue): PropertyKey[] {
  return path.map((part) => (typeof part === 'object' ? part.key : part))
}
