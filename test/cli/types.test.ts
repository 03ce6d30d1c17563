import { spawnSync } from 'node:child_process'
import { mkdirSync, statSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CliRoot, cliRoot } from '../support/cli.ts'

const repository = resolve(import.meta.dirname, '../..')

function bookmarks(): CliRoot {
  const root = cliRoot()
  root.write('bookmarks/config.toml', '[views.saved]\nitems = "saved[*]"\nkey = "id"\nignore = ["clicks"]\n')
  root.write('bookmarks/data/2026-03-02T080000Z.json', '{"saved": [{"id": 1, "title": "Bread", "clicks": 3}]}')
  root.write(
    'bookmarks/data/2026-03-03T080000Z.json',
    '{"saved": [{"id": 1, "title": null, "clicks": "9"}, {"id": 2, "tags": ["a"]}]}',
  )
  return root
}

/** What the compiler says of a module in the root, in which `unsilo` is the package as it is built. */
function compile(root: CliRoot, text: string): { status: number | null; stdout: string } {
  root.write('check/main.ts', text)
  root.write('check/package.json', '{"type":"module"}')
  const options = {
    strict: true,
    noEmit: true,
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    types: [],
  }
  root.write(
    'check/tsconfig.json',
    JSON.stringify({
      compilerOptions: { ...options, allowImportingTsExtensions: true, skipLibCheck: true },
      include: ['*.ts'],
    }),
  )
  const modules = join(root.path, 'check/node_modules')
  if (root.names('check/node_modules').length === 0) {
    mkdirSync(modules)
    symlinkSync(repository, join(modules, 'unsilo'))
  }
  const compiler = join(repository, 'node_modules/typescript/bin/tsc')
  return spawnSync(process.execPath, [compiler, '-p', join(root.path, 'check')], { encoding: 'utf8' })
}

describe('unsilo types', () => {
  it('prints types of every version of all items', async () => {
    const answer = await bookmarks().cli('types')
    expect(answer).toMatchObject({ status: 0, stderr: '' })
    expect(answer.stdout).toContain(`/** bookmarks/saved: parcels from 2026-03-02 to 2026-03-03. */
export interface BookmarksSaved {
  clicks?: string | number
  id: number
  tags?: string[]
  title?: string | null
}
`)
  })

  it('writes a file, and leaves it alone while nothing changes', async () => {
    const root = bookmarks()
    const first = await root.cli('types', '--output', 'types.ts')
    expect(first).toMatchObject({ status: 0, stdout: '' })
    const text = root.read('types.ts')
    const { mtimeMs } = statSync(join(root.path, 'types.ts'))
    expect((await root.cli('types', '-o', 'types.ts', '--json')).json()).toMatchObject({ isWritten: false })
    expect(statSync(join(root.path, 'types.ts')).mtimeMs).toBe(mtimeMs)
    expect((await root.cli('types')).stdout).toBe(text)
    root.write('bookmarks/data/2026-03-04T080000Z.json', '{"saved": [{"id": "three"}]}')
    expect(await root.cli('types', '-o', 'types.ts')).toMatchObject({ status: 0 })
    expect(root.read('types.ts')).toContain('  id: string | number\n')
  })

  it('types what the library yields, so that a mistake does not compile', async () => {
    const root = bookmarks()
    await root.cli('types', '--output', 'types.ts')
    const program = (use: string): string => `import { openMirror } from 'unsilo'
import type { Views } from '../types.ts'
const mirror = await openMirror<Views>('..')
const view = mirror.dataset('bookmarks').view('saved')
for await (const { value } of view.items()) {
  const title: string | null | undefined = value.title
  const tags: string[] = value.tags ?? []
  ${use}
}
export {}
`
    expect(compile(root, program(''))).toMatchObject({ status: 0, stdout: '' })
    for (const [use, complaint] of [
      ['const id: string = value.id', "Type 'number' is not assignable to type 'string'"],
      ['value.nothing', "Property 'nothing' does not exist on type 'BookmarksSaved'"],
      ["mirror.dataset('bookmark')", `'"bookmark"' is not assignable to parameter of type '"bookmarks"'`],
      ["mirror.dataset('bookmarks').view('save')", `'"save"' is not assignable to parameter of type '"saved"'`],
    ] as const) {
      const { status, stdout } = compile(root, program(use))
      expect(status).not.toBe(0)
      expect(stdout).toContain(complaint)
    }
  })

  it('goes on without a view that cannot be read', async () => {
    const root = bookmarks()
    root.write('other/config.toml', '[views.broken]\nkey = "id"\n')
    root.write('other/.cache', 'a file where a folder should be')
    const answer = await root.cli('types')
    expect(answer.status).toBe(1)
    expect(answer.stderr).toContain('! other: view broken: ')
    expect(answer.stdout).toContain('export type OtherBroken = unknown')
    expect(answer.stdout).toContain('export interface BookmarksSaved {')
  })
})
