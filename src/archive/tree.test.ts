import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { sayBytes } from '../system/byte-files.ts'
import { type Tree, walkTrees } from './tree.ts'
import { Troubles } from './troubles.ts'

function folderWith(...paths: string[]): string {
  const folder = temporaryFolder()
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    if (path.endsWith('/')) mkdirSync(join(folder, path))
    else writeFileSync(join(folder, path), '')
  }
  return folder
}

/** Names in the archive; folders end in a slash. */
function names(...trees: Tree[]): string[] {
  return [...walkTrees(trees, new Troubles('reject'))].map(
    ({ name, kind }) => `${sayBytes(name)}${kind === 'folder' ? '/' : ''}`,
  )
}

it('gives everything below a folder, in the order of the bytes, hidden files too', () => {
  const folder = folderWith('b/2', 'b/1', 'a-', 'a/x', 'a.txt', '.hidden', 'empty/')
  expect(names({ folder })).toEqual(['.hidden', 'a/', 'a/x', 'a-', 'a.txt', 'b/', 'b/1', 'b/2', 'empty/'])
})

it('puts a tree where its name says', () => {
  expect(names({ folder: folderWith('x'), name: 'var/www' })).toEqual(['var/', 'var/www/', 'var/www/x'])
})

it.each(['..', 'a/../b', '/a', 'a\0b'])('refuses the name %j', (name) => {
  expect(() => names({ folder: folderWith('x'), name })).toThrow('is no name in an archive')
})

it('merges trees; of one file that comes twice the later counts', () => {
  const [one, two] = [folderWith('in/a', 'in/b', 'z'), folderWith('in/b', 'in/c')]
  const found = [...walkTrees([{ folder: one }, { folder: two }], new Troubles('reject'))]
  expect(found.map(({ name }) => name.toString())).toEqual(['in', 'in/a', 'in/b', 'in/c', 'z'])
  expect(found[2]).toMatchObject({ path: Buffer.from(join(two, 'in/b')) })
  expect(names({ folder: one, name: 'in' }, { folder: two })).toEqual(
    'in/ in/b in/c in/in/ in/in/a in/in/b in/z'.split(' '),
  )
})

it('refuses a folder in the place of a file', () => {
  expect(() => names({ folder: folderWith('a/b') }, { folder: folderWith('a') })).toThrow(
    'a is a folder in one place and a file in another',
  )
})

it('takes what is included, with the folders that lead to it, and leaves out what is excluded', () => {
  const folder = folderWith('src/a.ts', 'src/deep/b.ts', 'src/deep/b.js', 'docs/x.md', 'web/node_modules/y.ts')
  expect(names({ folder, include: ['*.ts'], exclude: ['node_modules'] })).toEqual(
    'src/ src/a.ts src/deep/ src/deep/b.ts'.split(' '),
  )
  expect(names({ folder, include: ['src/deep', 'docs'], exclude: ['*.md'] })).toEqual(
    'docs/ src/ src/deep/ src/deep/b.js src/deep/b.ts'.split(' '),
  )
})

it('reaches its folder through a link, and follows no other', () => {
  const folder = folderWith('in/a')
  symlinkSync('in', join(folder, 'to'))
  expect(names({ folder: join(folder, 'to') })).toEqual(['a'])
  expect(names({ folder })).toEqual(['in/', 'in/a', 'to'])
})

it('leaves out what unsilo writes at the moment', () => {
  expect(names({ folder: folderWith('.unsilo-0123456789ab-upload.tmp', 'a') })).toEqual(['a'])
})
