import { UnsiloError } from '../errors.ts'
import type { Redactor } from '../system/redact.ts'
import { type SecretReference, secretReference } from '../system/schema.ts'

/**
 * Reads secrets for a module, and keeps them out of what is told of it.
 *
 * @param module For messages.
 * @param read Reads what a reference refers to.
 */
export function secretReader(
  module: string,
  redactor: Redactor,
  read: (reference: SecretReference) => Promise<string>,
): (reference: SecretReference) => Promise<string> {
  return async (reference) => {
    const secret = await read(checkedReference(reference, module))
    redactor.add(secret)
    return secret
  }
}

function checkedReference(reference: unknown, module: string): SecretReference {
  const checked = secretReference.safeParse(reference)
  if (checked.success) return checked.data
  throw new UnsiloError('config', `${module} asks for a secret without saying where it is kept`, {
    hint: 'A reference is { file = "…" }, { env = "…" }, { command = "…" } or { credential = "…" }.',
  })
}
