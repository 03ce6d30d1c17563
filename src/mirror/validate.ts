import type { SchemaIssue, StandardSchema } from '../system/standard-schema.ts'

export type Checked<Value> = { ok: true; value: Value } | { ok: false; issues: readonly SchemaIssue[]; raw: unknown }

/** Checks a value by a schema. A schema that throws is an issue of that one value, and does not keep others from being read. */
export async function validated<Value>(
  schema: StandardSchema<Value> | undefined,
  raw: unknown,
): Promise<Checked<Value>> {
  // Without a schema the caller says what it is.
  if (schema === undefined) return { ok: true, value: raw as Value }
  try {
    const result = await schema['~standard'].validate(raw)
    return result.issues === undefined ? { ok: true, value: result.value } : { ok: false, issues: result.issues, raw }
  } catch (error) {
    return { ok: false, issues: [{ message: `the schema fails: ${String(error).split('\n', 1)[0]}` }], raw }
  }
}
