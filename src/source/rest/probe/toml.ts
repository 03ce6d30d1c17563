import type { Suggestion } from './suggest.ts'
import { isTable } from './table.ts'

/** A stream's table, as it is written in config.toml. */
export type Written = Readonly<Record<string, unknown>>

const secretName = /token|secret|passw|passphrase|api_?key|private_?key|credential|authorization|cookie|signature/i

/** The order of the keys, as in the documentation; others follow. */
const order = 'name,path,method,params,params_in,headers,format,items,key,page,on,cursor'.split(',')

/**
 * A stream's table to paste in place of the one that is there: what is written, with what was found. Secrets that stand in
 * the configuration against all advice are not repeated.
 */
export function streamToml(written: Written, suggestions: readonly Suggestion[]): string {
  const keys = [...new Set([...Object.keys(written), ...suggestions.map(({ key }) => key)])]
  const placeOf = (key: string): number => (order.includes(key) ? order.indexOf(key) : order.length)
  const lines = keys
    .sort((a, b) => placeOf(a) - placeOf(b))
    .flatMap((key) => {
      const suggestion = suggestions.find((one) => one.key === key)
      const value = written[key]
      const isKept = value !== undefined && (suggestion === undefined || suggestion.isOff)
      return [
        ...(isKept ? [keptLine(key, value)] : []),
        ...(suggestion === undefined ? [] : [suggestionLine(suggestion, value)]),
      ]
    })
  return ['[[source.streams]]', ...lines].join('\n')
}

function keptLine(key: string, value: unknown): string {
  const secret = isTable(value) ? Object.keys(value).find((name) => secretName.test(name)) : undefined
  return secret === undefined
    ? `${key} = ${inlineToml(value)}`
    : `# ${key}: keep the line that is there (${secret} looks like a secret)`
}

function suggestionLine({ key, value, certainty, because, isOff }: Suggestion, written: unknown): string {
  const comment = `# ${certainty === 'read' ? 'read' : 'a guess'}: ${because}`
  return `${isOff ? '# ' : ''}${key} = ${inlineToml(merged(value, written))}  ${comment}`
}

/** What is written of the same kind stays beside what is suggested. */
function merged(value: unknown, written: unknown): unknown {
  if (!isTable(value) || !isTable(written) || value['kind'] !== written['kind']) return value
  return { ...written, ...value }
}

/** Writes a value on one line. */
export function inlineToml(value: unknown): string {
  if (typeof value === 'string') return tomlText(value)
  if (Array.isArray(value)) return `[${value.map(inlineToml).join(', ')}]`
  if (value instanceof Date) return value.toISOString()
  if (!isTable(value)) return String(value)
  const pairs = Object.entries(value).map(
    ([key, inner]) => `${/^[\w-]+$/.test(key) ? key : tomlText(key)} = ${inlineToml(inner)}`,
  )
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`
}

/** JSON's escapes are TOML's, which also wants DEL escaped (TOML 1.0, "String"). */
function tomlText(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', String.raw`\u007F`)
}
