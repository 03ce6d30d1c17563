import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { hashLine, readHashList } from './hash-list.ts'

const sha256 = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'

it('reads back every name that it has written', () => {
  const name = fc.string({ minLength: 1 }).filter((text) => !text.includes('\0'))
  const nasty = fc.array(fc.constantFrom('\\', '\n', '\r', 'n', 'r', ' ', 'é', '😀'), { minLength: 1 })
  const names = fc.array(
    fc.oneof(
      name,
      nasty.map((parts) => parts.join('')),
    ),
  )
  fc.assert(
    fc.property(names, (paths) => {
      const list = paths.map((path) => hashLine(sha256, path)).join('')
      expect(readHashList(list)).toEqual(paths.map((path) => ({ path, sha256 })))
    }),
  )
})

it.skipIf(process.platform !== 'linux')('writes what sha256sum checks', () => {
  const folder = temporaryFolder()
  const names = ['plain', 'a  b', 'back\\slash', 'line\nbreak', '😀']
  for (const name of names) writeFileSync(join(folder, name), 'x')
  writeFileSync(join(folder, 'list'), names.map((name) => hashLine(sha256, name)).join(''))
  const printed = execFileSync('sha256sum', ['--check', 'list'], { cwd: folder, encoding: 'utf8' })
  expect(printed.match(/: OK$/gm)).toHaveLength(names.length)
})
