import { expect, it } from 'vitest'
import type { ColumnType } from '../definition.ts'
import { likelyType } from './likely-type.ts'

it.each<[ColumnType, string, string]>([
  ['timestamp', '1593250194', 'epoch'],
  ['timestamp', '1593250194513', 'epoch-ms'],
  ['epoch', '1593250194513', 'epoch-ms'],
  ['epoch', '2026-03-01T10:00Z', 'timestamp'],
  ['date', '1593250194', 'epoch'],
  ['epoch', '1593250194513750', 'microseconds'],
  ['epoch', 'soon', ''],
  ['integer', '2026-03-01', ''],
])('a value that is no %s, as %s, is perhaps %j', (type, text, expected) => {
  const said = likelyType(type, text)
  if (expected === '') expect(said).toBe('')
  else expect(said).toContain(expected)
})
