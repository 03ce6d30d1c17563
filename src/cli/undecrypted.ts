import type { Colors } from 'picocolors/types.js'
import type { Undecrypted } from '../view/decrypt/secret-columns.ts'

/** Says what could not be decrypted, and is empty in an answer. */
export function undecryptedLines(undecrypted: readonly Undecrypted[], colors: Colors): string[] {
  return undecrypted.map(({ view, column, values }) => {
    const what = values === 1 ? '1 value' : `${values} different values`
    return `${colors.yellow('!')} ${view}: ${what} of ${column} cannot be decrypted, and ${values === 1 ? 'is' : 'are'} empty; \`unsilo check\` names the items`
  })
}
