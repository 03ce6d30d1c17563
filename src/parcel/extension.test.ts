import { expect, it } from 'vitest'
import { extensionOf } from './extension.ts'

it.each([
  ['takeout.tar.gz', 'tar.gz'],
  ['notes.2024.txt', 'txt'],
  ['dump.sql.ZST', 'sql.ZST'],
  ['2024.gz', 'gz'],
  ['v1.2.gz', 'gz'],
  ['.bashrc', ''],
  ['..json', ''],
  ['README', ''],
  ['archive.', ''],
])('the extension of %s is %j', (name, extension) => expect(extensionOf(name)).toBe(extension))
