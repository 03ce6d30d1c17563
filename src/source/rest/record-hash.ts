import { createHash } from 'node:crypto'

/**
 * Reads JSON so that two records are equal only if they are equal as written: JSON.parse rounds numbers of more than 15
 * digits, so those become texts that no server writes.
 *
 * @param parsed What JSON.parse makes of the text; it is returned where nothing is rounded.
 */
export function exactly(text: string, parsed: unknown): unknown {
  if (!/[\d.]{16}|\d[eE][-+\d]/.test(text)) return parsed
  return JSON.parse(text.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g, marked))
}

/** @param token A text or a number of a JSON document. */
function marked(token: string): string {
  if (token.startsWith('"')) return token
  return /e/i.test(token) || token.replaceAll(/\D/g, '').length > 15 ? `"\\u0000number ${token}"` : token
}

/** A record's hash: SHA-256 of it as JSON without blanks, keys in order. Lower-case hexadecimal. */
export function recordHash(record: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(record, inOrder) ?? '')
    .digest('hex')
}

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
