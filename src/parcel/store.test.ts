import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { systemFiles } from '../system/files.ts'
import { listParcels } from './store.ts'

const first = '2026-03-01T060000Z'
const second = '2026-03-02T060000Z'

it('finds files and folders that are named by an id, the oldest first, and nothing else', () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, second))
  for (const name of [`${first}.JSON.Gz`, 'notes.txt', `${first}-old.json`, '.DS_Store'])
    writeFileSync(join(folder, name), '')
  expect(listParcels(systemFiles, folder)).toEqual([
    {
      id: first,
      name: `${first}.JSON.Gz`,
      extension: 'json.gz',
      path: join(folder, `${first}.JSON.Gz`),
      isFolder: false,
      others: [],
    },
    { id: second, name: second, extension: '', path: join(folder, second), isFolder: true, others: [] },
  ])
  expect(listParcels(systemFiles, join(folder, 'missing'))).toEqual([])
})

it('does not mistake the dot in the name of a folder for an extension', () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, `${first}.photos`))
  expect(listParcels(systemFiles, folder)[0]).toMatchObject({ id: first, extension: '', isFolder: true })
})

it('names all entries that share an id, though others sort between them', () => {
  const folder = temporaryFolder()
  for (const name of [first, `${first}-old`, `${first}.csv`, `${first}.json`, `${second}.json`])
    writeFileSync(join(folder, name), '')
  expect(listParcels(systemFiles, folder).map(({ name, others }) => [name, ...others])).toEqual([
    [first, `${first}.csv`, `${first}.json`],
    [`${second}.json`],
  ])
})

it('takes a link for neither file nor folder', () => {
  const folder = temporaryFolder()
  symlinkSync('/etc', join(folder, first))
  expect(listParcels(systemFiles, folder)[0]).toMatchObject({ id: first, isFolder: false })
})
