import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, it } from 'vitest'
import { withPrivateFolder } from './private-folder.ts'

const mode = (path: string): number => statSync(path).mode & 0o777

it('is for this user only, with all that is in it, and is gone afterwards', async () => {
  const path = await withPrivateFolder(async (folder) => {
    const file = folder.write('secret', 'x')
    expect([mode(folder.path), mode(file), dirname(file)]).toEqual([0o700, 0o600, folder.path])
    return folder.path
  })
  expect(existsSync(path)).toBe(false)
})

it('is gone after a failure, too', async () => {
  let path = ''
  const failing = withPrivateFolder(async (folder) => {
    path = folder.path
    folder.write('secret', 'x')
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(existsSync(path)).toBe(false)
})
