import { expect, it } from 'vitest'
import type { LocalFile } from '../target.ts'
import { nearestNeighbour, parcelFolderOf, planLinks } from './link-groups.ts'

const file = (path: string): LocalFile => ({ path, from: `/root/${path}`, sizeBytes: 1, sha256: '' })

it('finds the parcel that a file is in', () => {
  expect(parcelFolderOf('notes/data/2026-03-01/a/b')).toEqual({ around: 'notes/data', id: '2026-03-01' })
  expect(parcelFolderOf('notes/data/2026-03-01/data/a/b')).toEqual({ around: 'notes/data', id: '2026-03-01' })
  expect(parcelFolderOf('data/2026-03-01/a')).toEqual({ around: 'data', id: '2026-03-01' })
  for (const path of [
    'notes/data/2026-03-01.json',
    'notes/config.toml',
    'no[t]es/data/1/a',
    '-x/data/1/a',
    'xdata/1/a',
  ]) {
    expect(parcelFolderOf(path), path).toBeUndefined()
  }
})

it('takes the nearest earlier neighbour, and the nearest later one for want of it', () => {
  expect(nearestNeighbour('5', ['1', '3', '7'])).toBe('3')
  expect(nearestNeighbour('5', ['9', '7', '5'])).toBe('7')
  expect(nearestNeighbour('5', ['5'])).toBeUndefined()
})

it('links to what is there, and to what has just been sent', () => {
  const files = ['a/data/3/x', 'a/data/2/x', 'a/data/2/y', 'b/data/2/x', 'a/metrics.csv'].map(file)
  const { rest, groups } = planLinks(files, new Map([['b/data', new Set(['1'])]]))
  expect(rest.map(({ path }) => path)).toEqual(['a/metrics.csv', 'a/data/2/x', 'a/data/2/y'])
  expect(groups.map(({ folder, neighbour, files: own }) => [folder, neighbour, own.length])).toEqual([
    ['a/data/3', '../2', 1],
    ['b/data/2', '../1', 1],
  ])
})
