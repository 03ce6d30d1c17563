import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { transform } from 'esbuild'
import { expect, it, onTestFinished } from 'vitest'
import { blocksOf, typedIn } from './support/doc-blocks.ts'
import { openSession } from './support/doc-session.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const repository = resolve(import.meta.dirname, '..')
const page = blocksOf(readFileSync(join(repository, 'docs/library.md'), 'utf8'))

it('the programs of docs/library.md compile, and print what the page says, with the package as it is installed', async () => {
  const session = openSession(temporaryFolder(), join(repository, 'dist/bin/unsilo.js'))
  onTestFinished(() => session.close())
  const root = join(session.home, 'exports')
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  symlinkSync(repository, join(root, 'node_modules/unsilo'))
  symlinkSync(join(repository, 'node_modules/zod'), join(root, 'node_modules/zod'))
  writeFileSync(join(root, 'package.json'), '{"type":"module"}')
  let programs = 0
  for (const [index, block] of page.entries()) {
    if (block.file !== undefined) session.write(block.file, block.text)
    if (block.info === 'console') for (const { command } of typedIn(block)) await session.type(command)
    if (block.info !== 'ts' || block.file === undefined) continue
    const { code } = await transform(block.text, { loader: 'ts', format: 'esm', target: 'node20' })
    const script = join(root, `program-${++programs}.mjs`)
    writeFileSync(script, code)
    const printed = execFileSync(process.execPath, [script], { cwd: root, encoding: 'utf8' })
    const lines = (text: string): string[] => text.trim().split('\n').sort()
    expect(lines(printed), block.file).toEqual(lines(page[index + 1]!.text))
  }
  expect(programs).toBe(5)
  expect(compile(root)).toEqual({ status: 0, said: '' })
})

/** All programs of the page, by the types of the package. */
function compile(root: string): { status: number | null; said: string } {
  const shown = page.find(({ info, file }) => info === 'ts' && file === undefined)!
  writeFileSync(join(root, 'shown.ts'), shown.text)
  const options = { strict: true, noEmit: true, skipLibCheck: true, target: 'es2023', module: 'nodenext' }
  const compilerOptions = {
    ...options,
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
    typeRoots: [join(repository, 'node_modules/@types')],
    allowImportingTsExtensions: true,
  }
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const compiler = join(repository, 'node_modules/typescript/bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', root], { encoding: 'utf8' })
  return { status, said: stdout }
}
