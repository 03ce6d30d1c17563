import { TomlError, parse } from 'smol-toml'
import { expectUnsiloError } from '../errors.ts'
import type { Files } from '../system/files.ts'
import type { ConfigProblem } from './problem.ts'
import type { TomlValues } from './values.ts'

export interface TomlFile {
  /** Absolute. */
  path: string
  /** How messages name it, as in `todoist/config.toml`. */
  shownPath: string
  text: string
  values: TomlValues
}

/** `undefined` when the file does not exist. What is wrong with the file is a value, so that others are read too. */
export function readTomlFile(
  files: Files,
  path: string,
  shownPath: string,
): { file: TomlFile } | { problem: ConfigProblem } | undefined {
  let text: string | undefined
  try {
    text = files.readText(path)
  } catch (error) {
    const { message, hint } = expectUnsiloError(error)
    return { problem: { file: shownPath, message, hint } }
  }
  if (text === undefined) return undefined
  if (text.includes('\uFFFD')) {
    const line = text.slice(0, text.indexOf('\uFFFD')).split('\n').length
    return { problem: { file: shownPath, line, message: 'is not UTF-8 text', hint: 'Save it as UTF-8.' } }
  }
  try {
    return { file: { path, shownPath, text, values: parse(text) } }
  } catch (error) {
    if (error instanceof TomlError) return { problem: syntaxProblem(error, shownPath, text) }
    throw error
  }
}

/** The line itself is not shown: it may hold a command with a secret. */
function syntaxProblem(error: TomlError, file: string, text: string): ConfigProblem {
  const reason = error.message.split('\n', 1)[0]!.replace('Invalid TOML document: ', '')
  const { line, column } = error
  return {
    file,
    line,
    column,
    message: `not valid TOML: ${reason}`,
    hint: syntaxHint(reason, text.split(/\r?\n/)[line - 1] ?? ''),
  }
}

// The reasons are smol-toml's own words; one that changes costs the hint, not the problem.
function syntaxHint(reason: string, line: string): string | undefined {
  if (reason.includes('already defined')) return 'This key or table stands in the file twice: remove one.'
  if (reason.includes('escape')) return String.raw`Write \\ for a backslash, or put the text in single quotes.`
  const [, key, value] = /^\s*([\w."-]+)\s*=\s*(.*?)\s*(?:#.*)?$/.exec(line) ?? []
  if (key === undefined || value === undefined) return undefined
  if (value === '') return `Give it a value, or put # before the line.`
  if (/^(?:true|false)$/i.test(value)) return `Write ${value.toLowerCase()} in small letters.`
  return /["'[\]{}]/.test(value) ? undefined : `Text stands in quotes: ${key} = "…".`
}
