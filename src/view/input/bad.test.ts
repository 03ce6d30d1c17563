import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { fileError } from '../../system/file-error.ts'
import { type Files, systemFiles } from '../../system/files.ts'
import { viewOf } from '../view.fixture.ts'
import { readItemBatches } from './read-items.ts'

/** A disk that gives an error in the middle of a file. */
function failing(code: string): Files {
  const fail = (path: string): never => {
    throw fileError(Object.assign(new Error(code), { code, syscall: 'read' }), 'read', path)
  }
  return { ...systemFiles, open: (path) => ({ read: () => fail(path), close: () => undefined }), read: fail }
}

async function read(files: Files) {
  const folder = temporaryFolder()
  const path = join(folder, 'a.json')
  writeFileSync(path, '[{"id":1},{"id":2}]')
  const parcel = { id: '', path: folder, isFolder: true, extension: '' }
  const context = { files, signal: new AbortController().signal }
  return { path, found: all(readItemBatches(parcel, viewOf(), context)) }
}

it.each(['EMFILE', 'EIO', 'EACCES', 'ENOSPC', 'ESTALE'])(
  'fails for %s, which says nothing of the parcel',
  async (code) => {
    const { path, found } = await read(failing(code))
    await expect(found).rejects.toThrow(`cannot read ${path}`)
  },
)

it('tells of a file that is not there any more, as of one that is damaged', async () => {
  const { path, found } = await read(failing('ENOENT'))
  expect(await found).toEqual([{ problem: `cannot read ${path}: no such file or folder`, file: 'a.json' }])
})

async function all<Item>(batches: AsyncIterable<readonly Item[]>): Promise<Item[]> {
  const list: Item[] = []
  for await (const batch of batches) list.push(...batch)
  return list
}
