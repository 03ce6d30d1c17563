import { readSecret } from '../../config/secrets.ts'
import { UnsiloError } from '../../errors.ts'
import type { SecretRule } from '../../view/decrypt/secret-columns.ts'
import { openSecretText, sealedText } from '../../view/decrypt/secret-text.ts'
import type { ViewDefinition } from '../../view/definition.ts'
import type { Context, Dataset, Problem } from '../dataset.ts'

/**
 * What of a view is decrypted when it is read; the keys are read anew each time. Columns whose key is not to be had are empty, which
 * is a problem to be told, and no reason not to read the others.
 */
export async function secretRules(
  { layout }: Dataset,
  { system }: Context,
  { name, decrypt }: ViewDefinition,
  onProblem: (problem: Problem) => void,
): Promise<SecretRule[]> {
  const rules: SecretRule[] = []
  for (const { key, fields, ...rule } of decrypt) {
    try {
      const secret = await readSecret(system.files, `views.${name}.decrypt.key`, key, layout.folder)
      rules.push({ fields, text: await openSecretText(rule, secret) })
    } catch (error) {
      if (!(error instanceof UnsiloError) || error.code === 'cancelled') throw error
      rules.push({ fields, text: sealedText })
      const what = `view ${name}: columns ${fields.join(', ')} cannot be decrypted, and are empty: ${error.message}`
      onProblem({ severity: 'warning', code: error.code, message: what, hint: error.hint })
    }
  }
  return rules
}
