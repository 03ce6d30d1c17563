import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { systemFiles } from '../system/files.ts'
import { faultsIn } from './verify.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const never = new AbortController().signal

it('finds files that are missing, and those of which one byte has changed', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'p'))
  const expected = ['a', 'b', 'c', 'd'].map((name) => ({ path: `p/${name}`, sha256: sha256(`this is ${name}`) }))
  for (const { path } of expected) writeFileSync(join(folder, path), `this is ${path.slice(2)}`)
  expect(await faultsIn(systemFiles, folder, expected, never)).toEqual([])
  writeFileSync(join(folder, 'p/b'), 'this is B')
  rmSync(join(folder, 'p/c'))
  rmSync(join(folder, 'p/d'))
  mkdirSync(join(folder, 'p/d'))
  expect(await faultsIn(systemFiles, folder, expected, never)).toEqual([
    { path: 'p/b', what: 'changed' },
    { path: 'p/c', what: 'missing' },
    { path: 'p/d', what: 'missing' },
  ])
})

it('breaks off at an interrupt', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'a'), 'x')
  const checking = faultsIn(systemFiles, folder, [{ path: 'a', sha256: sha256('x') }], AbortSignal.abort())
  await expect(checking).rejects.toMatchObject({ code: 'cancelled' })
})
