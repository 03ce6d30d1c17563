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
