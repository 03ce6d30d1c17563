import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { systemFiles } from '../system/files.ts'
import { parcelSize } from './size.ts'

it('is one file and its bytes for a file', () => {
  const path = join(temporaryFolder(), 'parcel.json')
  writeFileSync(path, 'été')
  expect(parcelSize(systemFiles, path)).toEqual({ files: 1, bytes: 5 })
})

it('counts every file of a folder: hidden ones, those in hidden folders, empty ones, and links to files', () => {
  const folder = temporaryFolder()
  const parcel = join(folder, 'parcel')
  mkdirSync(join(parcel, 'a/.git'), { recursive: true })
  mkdirSync(join(parcel, 'empty'))
  writeFileSync(join(parcel, 'a/one'), '12345')
  writeFileSync(join(parcel, '.hidden'), '12')
  writeFileSync(join(parcel, 'a/.git/deep'), '1')
  writeFileSync(join(parcel, 'nothing'), '')
  symlinkSync('a/one', join(parcel, 'link'))
  symlinkSync('nowhere', join(parcel, 'broken'))
  symlinkSync('a', join(parcel, 'folder-link'))
  expect(parcelSize(systemFiles, parcel)).toEqual({ files: 5, bytes: 13 })
})

it('is nothing where there is nothing', () => {
  expect(parcelSize(systemFiles, join(temporaryFolder(), 'missing'))).toEqual({ files: 0, bytes: 0 })
})
