import { UnsiloError } from '../../../errors.ts'
import type { Place } from './grammar.ts'

export interface Position {
  /** From 1. */
  line: number
  /** In bytes, from 1. */
  column: number
  /** Bytes before it. */
  byte: number
}

const cutOffHint = 'The export was probably cut off; run it again.'

/** The words for "in the middle of …" and "inside …". */
const middles: Record<Place, string> = {
  start: 'the document',
  mark: 'the byte order mark',
  object: 'an object',
  array: 'an array',
  end: 'the document',
  string: 'a string',
  escape: 'an escape in a string',
  character: 'a character in a string',
  number: 'a number',
  word: 'true, false or null',
}

function sayByte(byte: number): string {
  if (byte > 0x20 && byte < 0x7f) return `"${String.fromCharCode(byte)}"`
  return `byte 0x${byte.toString(16).padStart(2, '0')}`
}

function hintFor(place: Place, byte: number, isLines: boolean): string {
  const character = String.fromCharCode(byte)
  if (place === 'start' && character === '<') {
    return 'It looks like a web page (HTML) or XML. Many services answer with one when a login has expired or an address is wrong.'
  }
  if (place === 'start' && byte >= 0x80) return 'It is binary, compressed, or text in another encoding than UTF-8.'
  if (character === 'N' || character === 'I') return 'NaN and Infinity are not JSON; let the exporter write null.'
  if (place === 'end') {
    return isLines ? 'Write one value a line.' : 'For one value a line, use the extension .ndjson or .jsonl.'
  }
  if (place === 'string' || place === 'character') return 'JSON is UTF-8, with control characters escaped, as in \\n.'
  return 'Look at that place in the file; the exporter wrote it wrongly, or was cut off there.'
}

/** What does not belong where it stands, as in '"x" in an array'. */
export function sayUnexpected(place: Place, byte: number): string {
  if (place === 'end') return `${sayByte(byte)} after the end of the value`
  return place === 'start' ? sayByte(byte) : `${sayByte(byte)} in ${middles[place]}`
}

export function unexpectedByte(place: Place, byte: number, position: Position, isLines: boolean): UnsiloError {
  const where = `at line ${position.line}, column ${position.column} (byte ${position.byte})`
  const what = sayUnexpected(place, byte)
  return new UnsiloError('wrong-content', `not valid ${isLines ? 'NDJSON' : 'JSON'}: unexpected ${what} ${where}`, {
    hint: hintFor(place, byte, isLines),
  })
}

export function cutOffLine(place: Place, position: Position): UnsiloError {
  const message = `not valid NDJSON: line ${position.line} ends in the middle of ${middles[place]} (byte ${position.byte})`
  return new UnsiloError('wrong-content', message, { hint: 'Each value has to stand on one line.' })
}

/** Where a document ends too early, as in "an array". */
export function sayMiddle(place: Place): string {
  return middles[place]
}

export function cutOffFile(place: Place, position: Position, isLines: boolean): UnsiloError {
  if (place === 'start') {
    return new UnsiloError('wrong-content', 'not valid JSON: it holds no value', { hint: cutOffHint })
  }
  const where = isLines ? `line ${position.line}, byte ${position.byte}` : `byte ${position.byte}`
  const message = `not valid ${isLines ? 'NDJSON' : 'JSON'}: it ends in the middle of ${middles[place]} (${where})`
  return new UnsiloError('wrong-content', message, { hint: cutOffHint })
}
