import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { matchPaths } from './glob.ts'

function folderWith(...paths: string[]): string {
  const folder = temporaryFolder()
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), '')
  }
  return folder
}

/** What matches, relative to the folder. */
async function matched(folder: string, ...patterns: string[]): Promise<string[]> {
  return (await matchPaths(patterns, folder)).map((path) => path.slice(folder.length + 1))
}

afterEach(() => vi.unstubAllEnvs())

it('takes a relative pattern from the folder, in the order of the names, each path once', async () => {
  const folder = folderWith('inbox/b.zip', 'inbox/a.zip', 'inbox/a.txt', 'inbox/deep/c.zip')
  expect(await matched(folder, 'inbox/*.zip', './inbox/a.*', 'nothing/*')).toEqual([
    'inbox/a.txt',
    'inbox/a.zip',
    'inbox/b.zip',
  ])
})

it('takes an absolute pattern as it is, and one that leads out of the folder', async () => {
  const folder = folderWith('takeout-1.zip', 'dataset/config.toml')
  expect(await matchPaths([`${folder}/takeout-*.zip`], '/')).toEqual([join(folder, 'takeout-1.zip')])
  expect(await matchPaths(['../takeout-*.zip'], join(folder, 'dataset'))).toEqual([join(folder, 'takeout-1.zip')])
})

it('reads ~ as the home of the user, whose name may look like a pattern', async () => {
  for (const name of ['home', 'ho[m]e (1)']) {
    const folder = folderWith(`${name}/Downloads/takeout.zip`)
    vi.stubEnv('HOME', join(folder, name))
    expect(await matched(folder, '~/Downloads/*.zip')).toEqual([`${name}/Downloads/takeout.zip`])
    expect(await matched(folder, '~other/*.zip', './~/*.zip')).toEqual([])
  }
})

it('finds folders, too, and a folder that matches stands for what is in it', async () => {
  const folder = folderWith('dumps/monday/a.json', 'dumps/monday/deep/b.json', 'dumps/c.json')
  expect(await matched(folder, 'dumps/**')).toEqual(['dumps'])
  expect(await matched(folder, 'dumps/*')).toEqual(['dumps/c.json', 'dumps/monday'])
  expect(await matched(folder, 'dumps/**/*.json')).toEqual([
    'dumps/c.json',
    'dumps/monday/a.json',
    'dumps/monday/deep/b.json',
  ])
})

it('finds the folder itself, and those that it lies in', async () => {
  const folder = folderWith('outer/inner/a')
  const inner = join(folder, 'outer/inner')
  for (const [pattern, path] of [
    ['.', inner],
    ['..', join(folder, 'outer')],
    ['../../outer', join(folder, 'outer')],
    ['../*', inner],
  ]) {
    expect(await matchPaths([pattern!], inner), pattern).toEqual([path])
  }
  expect(await matchPaths(['', '['], inner)).toEqual([])
})

it('starts in a folder that is hidden, or whose name looks like a pattern', async () => {
  for (const name of ['.local/mirror', 'a[b] (c) {d,e} !f*']) {
    const folder = join(folderWith(`${name}/in/a.zip`), name)
    expect(await matchPaths(['in/*.zip', `./in/a*`], folder)).toEqual([join(folder, 'in/a.zip')])
  }
})

it('does not hide a folder behind another whose name begins alike', async () => {
  const folder = folderWith('dump/a', 'dump-2/b')
  expect(await matched(folder, 'dump*')).toEqual(['dump', 'dump-2'])
})

it('leaves out names that begin with a dot, unless the pattern names the dot', async () => {
  const folder = folderWith('.part.zip', 'whole.zip', '.hidden/a.zip')
  expect(await matched(folder, '*.zip', '**/*.zip')).toEqual(['whole.zip'])
  expect(await matched(folder, '.*.zip', '.hidden/*.zip')).toEqual(['.hidden/a.zip', '.part.zip'])
})

it('finds names with spaces and other scripts', async () => {
  const folder = folderWith('in/Données été.zip', 'in/写真 (1).zip')
  expect(await matched(folder, 'in/*.zip')).toEqual(['in/Données été.zip', 'in/写真 (1).zip'])
})

it('is not led round in circles by links', async () => {
  const folder = folderWith('in/a.zip')
  symlinkSync('.', join(folder, 'in/loop'))
  const found = await matched(folder, 'in/*.zip')
  expect(found).toEqual(['in/a.zip'])
})
