import { describe, expect, it } from 'vitest'
import { runsTypeScript } from '../../src/system/module.ts'
import { type CliRoot, cliRoot } from '../support/cli.ts'

function rootWith(module: string, name = 'my-source.mjs'): CliRoot {
  const root = cliRoot()
  root.write('mine/config.toml', `[source]\nkind = "./${name}"\n`)
  root.write(`mine/${name}`, module)
  return root
}

describe('a module as a source', () => {
  it('imports unsilo and zod, although nothing is installed beside it', async () => {
    const root = rootWith(`import { UnsiloError, defineSource } from 'unsilo'
import * as z from 'zod'
export default defineSource({
  kind: 'mine',
  config: z.strictObject({ count: z.number().default(3) }),
  async export(sink, { config }) {
    if (config.count === 0) throw new UnsiloError('empty', 'there is nothing', { hint: 'Add something.' })
    await sink.write('txt', [Buffer.from('x'.repeat(config.count))])
  },
})`)
    const { status, stdout, stderr } = await root.cli('export', 'mine')
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('3 B')
    root.write('mine/config.toml', '[source]\nkind = "./my-source.mjs"\ncount = 0\n')
    const failed = await root.cli('export', 'mine')
    expect(failed.stderr).toContain('failed: there is nothing\n  → Add something.')
    root.write('mine/config.toml', '[source]\nkind = "./my-source.mjs"\ncuont = 0\n')
    const wrong = await root.cli('export', 'mine')
    expect([wrong.status, wrong.stderr]).toEqual([3, 'error: mine/config.toml:1: source: Unrecognized key: "cuont"\n'])
  })

  it.each([
    ['export default {\n', 'cannot be loaded: SyntaxError: Unexpected end of input.', '`node --check '],
    ["\n\nthrow new Error('not today')", 'cannot be loaded: Error: not today. Look at', ':3.'],
    ["import 'no-such-package'", "cannot be loaded: Error: Cannot find package 'no-such-package'", ''],
  ])('has its file and line named when it cannot be loaded: %j', async (module, complaint, place) => {
    const root = rootWith(module)
    const { status, stderr } = await root.cli('config', 'validate')
    expect(status).toBe(3)
    expect(stderr).toContain('error: mine/config.toml:2: source.kind: ')
    expect(stderr).toContain(`mine/my-source.mjs ${complaint}`)
    expect(stderr).toContain(place)
  })

  it('does not keep other datasets from their work', async () => {
    const root = rootWith('export default {')
    root.write('other/config.toml', 'cmd = "echo [1]"\nstdout = "json"\n')
    const { status, stdout } = await root.cli('export', 'mine', 'other')
    expect([status, stdout]).toEqual([3, expect.stringContaining('✓ other: exported')])
  })

  it.runIf(runsTypeScript())('may be TypeScript', async () => {
    const root = rootWith(
      `import { type SourceDefinition, defineSource } from 'unsilo'
const source: SourceDefinition = { kind: 'mine', export: async (sink) => sink.write('txt', [Buffer.from('x')]) }
export default defineSource(source)`,
      'my-source.ts',
    )
    expect((await root.cli('export', 'mine')).status).toBe(0)
    root.write('mine/my-source.ts', 'enum Kind { A }\nexport default { kind: "mine", export() {} }\n')
    expect(await root.cli('config', 'validate')).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/my-source\.ts cannot be loaded: SyntaxError: .*enum/) as string,
    })
  })

  it.skipIf(runsTypeScript())(
    'says what to do with TypeScript that this Node.js cannot run, imported or not',
    async () => {
      const root = rootWith('const text: string = "bread"', 'my-source.ts')
      root.write('other/config.toml', '[source]\nkind = "./main.mjs"\n')
      root.write('other/main.mjs', "import './types.ts'\n")
      root.write('other/types.ts', 'export {}\n')
      const { status, stderr } = await root.cli('config', 'validate')
      expect(status).toBe(3)
      const [own, imported] = stderr.split('\n')
      expect(own).toMatch(
        /^error: mine\/config\.toml:2: source\.kind: \/.*\/my-source\.ts is TypeScript: Node\.js [\d.]+ cannot run it\. .*22\.18.*, and name my-source\.mjs\.$/,
      )
      expect(imported).toMatch(/main\.mjs imports \/.*\/types\.ts, which is TypeScript: .*, and import types\.mjs\.$/)
    },
  )
})

/** A target that keeps files in the folder \`shelf\` of the root; \`instead\` replaces methods. */
const shelf = (instead = '') => `import { createWriteStream } from 'node:fs'
import { mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { UnsiloError, defineTarget } from 'unsilo'
import * as z from 'zod'

export default defineTarget({
  kind: 'shelf',
  config: z.strictObject({ board: z.string() }),
  open({ board }, { root }) {
    const base = join(root, 'shelf', board)
    return {
      async *list(prefix) {
        for (const entry of await readdir(join(base, prefix), { recursive: true, withFileTypes: true }).catch(() => [])) {
          const file = join(entry.parentPath, entry.name)
          if (entry.isFile()) yield { path: relative(base, file), sizeBytes: (await stat(file)).size }
        }
      },
      async put(path, open) {
        await mkdir(dirname(join(base, path)), { recursive: true })
        await pipeline(open(), createWriteStream(join(base, path + '.part')))
        await rename(join(base, path + '.part'), join(base, path))
      },
      async get(path, signal, range) {
        const bytes = await readFile(join(base, path)).catch(() => { throw new UnsiloError('not-found', 'no ' + path) })
        return new Blob([range ? bytes.subarray(range.from, range.from + range.bytes) : bytes]).stream()
      },
      async remove(path) { await rm(join(base, path), { force: true }) },
      async close() {},
      ${instead}
    }
  },
})`

const toShelf = '[targets.mine]\nkind = "./my-target.mjs"\nboard = "low"\n'

function rootWithTarget(module: string, unsilo = toShelf): CliRoot {
  const root = cliRoot()
  root.write('unsilo.toml', unsilo)
  root.write('my-target.mjs', module)
  root.write('todo/config.toml', 'interval = "1 day"\ncmd = "echo [1]"\nstdout = "json"\npublish = ["mine"]\n')
  return root
}

describe('a module as a target', () => {
  it('gets what is exported, is verified, and gives it back', async () => {
    const root = rootWithTarget(shelf())
    const ran = await root.cli('run')
    expect([ran.status, ran.stderr]).toEqual([0, ''])
    expect(ran.stdout).toMatch(/published .* to mine, 4 B/)
    const [parcel] = root.names('shelf/low/todo/data')
    expect(root.read(`shelf/low/todo/data/${parcel}`)).toBe('[1]\n')
    expect(root.read('shelf/low/RECOVER.md')).toContain('with a program of that place')
    expect((await root.cli('verify', '--target', 'mine', '--all')).stdout).toContain('read 1 of 1 parcel at mine')
    expect((await root.cli('restore', 'todo', '--from', 'mine', '--to', 'back')).status).toBe(0)
    expect(root.read(`back/${parcel}`)).toBe('[1]\n')
    root.write(`shelf/low/todo/data/${parcel}`, '[2]\n')
    expect((await root.cli('verify', '--target', 'mine', '--all')).status).not.toBe(0)
  })

  it('gets from publish what it did not have, once it is mended', async () => {
    const lazy = `async put(path, open) { open() },`
    const root = rootWithTarget(shelf(lazy))
    const broken = await root.cli('run')
    expect(broken.status).not.toBe(0)
    expect(broken.stdout).toContain('exported')
    expect(broken.stderr).toMatch(
      /target mine: \.\/my-target\.mjs \(targets\.mine\) says that it has taken .*, and has not read it to its end; 1 parcel is not there yet/,
    )
    expect(root.read('todo/ledger.ndjson')).not.toContain('published')
    root.write('my-target.mjs', shelf())
    const published = await root.cli('publish')
    expect([published.status, published.stderr]).toEqual([0, ''])
    expect(published.stdout).toMatch(/published .* to mine/)
  })

  it('that cannot be loaded is told with file and line, and keeps nothing from being exported', async () => {
    const root = rootWithTarget('export default {\n')
    const { status, stdout, stderr } = await root.cli('run')
    expect(status).toBe(1)
    expect(stdout).toContain('✓ todo: exported')
    expect(stderr).toMatch(
      /^error: unsilo\.toml:2: targets\.mine\.kind: \/.*\/my-target\.mjs cannot be loaded: SyntaxError/,
    )
    expect(stderr).toMatch(
      /✗ todo: target mine: \/.*\/my-target\.mjs cannot be loaded: SyntaxError.*; 1 parcel is not there yet/,
    )
    for (const verb of [['config', 'validate'], ['doctor']]) {
      expect(await root.cli(...verb)).toMatchObject({
        status: 3,
        stderr: expect.stringContaining('unsilo.toml:2: targets.mine.kind: ') as string,
      })
    }
  })

  it.each([
    ['throws in open', `export default { kind: 'x', open() { throw new Error('no key') } }`, 'failed: Error: no key'],
    [
      'gives no target',
      `export default { kind: 'x', open: () => ({ list() {} }) }`,
      'it has no `put`, `get`, `remove`, `close`',
    ],
    [
      'leads out',
      shelf(`async *list() { yield { path: '../x', sizeBytes: 1 } },`),
      'lists "../x", which leads out of its place',
    ],
    ['gives no stream', shelf('async get() {},'), 'gives no stream of '],
  ])('that %s is told with its name', async (_, module, complaint) => {
    const root = rootWithTarget(
      module,
      module.includes("kind: 'x'") ? toShelf.replace(/board.*\n/, 'tries = 1\n') : toShelf,
    )
    // What is in a folder is listed.
    const files = 'mkdir $PARCEL_PATH && echo 1 > $PARCEL_PATH/a'
    root.write('todo/config.toml', `interval = "1 day"\ncmd = "${files}"\npublish = ["mine"]\n`)
    const { status, stderr, stdout } = await root.cli('run')
    expect(status).not.toBe(0)
    expect(stdout).toContain('✓ todo: exported')
    expect(stderr).toContain('target mine: ./my-target.mjs (targets.mine) ')
    expect(stderr).toContain(complaint)
    expect(root.read('todo/ledger.ndjson')).not.toContain('published')
  })

  it('has its keys checked, shown, and none of them in the schema', async () => {
    const root = rootWithTarget(shelf(), `${toShelf}baord = "high"\n`)
    expect(await root.cli('config', 'validate')).toMatchObject({
      status: 3,
      stderr: 'error: unsilo.toml:1: targets.mine: Unrecognized key: "baord"\n',
    })
    root.write('unsilo.toml', toShelf)
    const shown = (await root.cli('config', 'show', 'todo')).stdout
    expect(shown).toMatch(/targets\.mine\.board +"low" +unsilo\.toml:3/)
    expect(shown).toMatch(/targets\.mine\.tries +4 +default/)
    expect((await root.cli('config', 'schema', '--of-root')).stdout).toContain('"./my-target.mjs\\"')
  })
})
