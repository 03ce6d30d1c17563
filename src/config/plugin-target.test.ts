import { expect, it } from 'vitest'
import { systemFiles } from '../system/files.ts'
import { loadTarget } from './load-target.ts'
import { type LoadedConfig, loadDatasets } from './load.ts'
import { sayProblem } from './problem.ts'
import { describeConfig } from './show.ts'
import { temporaryRoot } from './temporary-root.fixture.ts'

/** Follows Standard Schema without any library: `drawer` has to be a number. */
const module = `const config = { '~standard': { version: 1, vendor: 'none', validate: (value) =>
  typeof value.drawer === 'number' ? { value } : { issues: [{ message: 'has to be a number', path: ['drawer'] }] } } }
export default { kind: 'drawer', config, open() {} }`

const mine = '[targets.mine]\nkind = "./my-target.mjs"\n'
const dataset = 'cmd = "true"\npublish = ["mine"]\n'

function root(unsilo: string, files: Record<string, string> = { 'my-target.mjs': module }): string {
  return temporaryRoot({ 'todoist/config.toml': dataset, 'unsilo.toml': unsilo, ...files })
}

function load(path: string): Promise<LoadedConfig> {
  return loadDatasets(systemFiles, path, [], path)
}

async function problems(path: string): Promise<string[]> {
  return (await load(path)).problems.map(sayProblem)
}

it('takes the keys that all targets have from those of the module', async () => {
  const loaded = await load(root(`${mine}drawer = 3\nlimit = "1 MB/s"\nretention = "30 days"\nmax_delete = 2\n`))
  expect(loaded.problems).toEqual([])
  expect(loaded.root.targets).toEqual({
    mine: {
      kind: 'plugin',
      module: './my-target.mjs',
      options: { drawer: 3 },
      limit: 1_000_000,
      tries: 4,
      layout: 'mirror',
      retention: { within: 30 * 86_400_000 },
      max_delete: 2,
    },
  })
})

it('tells what the schema of the module says, with file, line and key, and exports meanwhile', async () => {
  const path = root(`${mine}tries = 2\ndrawer = "3"\n`)
  expect(await problems(path)).toEqual(['unsilo.toml:4: targets.mine.drawer: has to be a number'])
  expect((await load(path)).datasets.map(({ name }) => name)).toEqual(['todoist'])
})

it('tells mistakes in the keys that all targets have, as for all targets', async () => {
  const path = root(`${mine}drawer = 3\ntries = 0\nlayout = "weekly"\n`)
  expect(await problems(path)).toEqual([
    'unsilo.toml:4: targets.mine.tries: must be at least 1',
    'unsilo.toml:5: targets.mine.layout: "weekly" is not one of "mirror", "daily"',
  ])
  expect((await load(path)).datasets).toEqual([])
})

it.each([
  [
    './gone.mjs',
    /^unsilo\.toml:2: targets\.mine\.kind: there is no module \/.*\/gone\.mjs\. A relative path starts at the root\.$/,
  ],
  ['fodler', /^unsilo\.toml:2: targets\.mine\.kind: "fodler" is not one of "folder", .* Did you mean "folder"\?$/],
  ['unsilo-target-x', /there is no package "unsilo-target-x" that a file in .* \(npm install unsilo-target-x\)/],
  ['./broken.mjs', /^unsilo\.toml:2: targets\.mine\.kind: \/.*\/broken\.mjs cannot be loaded: Error: not today\. /],
  [
    './source.mjs',
    /source\.mjs is no target: its `open` is no function\. Let it end with `export default defineTarget\(/,
  ],
])('tells a module that cannot be used: %s', async (kind, message) => {
  const files = {
    'broken.mjs': `throw new Error('not today')`,
    'source.mjs': 'export default { kind: "source", export() {} }',
  }
  const [problem, ...others] = await problems(root(`[targets.mine]\nkind = "${kind}"\n`, files))
  expect(problem).toMatch(message)
  expect(others).toEqual([])
})

it('loads one target without the modules of others', async () => {
  const path = root(`${mine}[targets.vault]\nkind = "folder"\npath = "/vault"\n`, {})
  expect((await loadTarget(systemFiles, `${path}/unsilo.toml`, 'vault')).config).toMatchObject({ kind: 'folder' })
  await expect(loadTarget(systemFiles, `${path}/unsilo.toml`, 'mine')).rejects.toMatchObject({
    code: 'config',
    message: expect.stringContaining('my-target.mjs') as string,
  })
})

it('shows its keys with where they come from', async () => {
  const { datasets } = await load(root(`${mine}drawer = 3\n`))
  const shown = await describeConfig(datasets[0]!)
  const keys = shown
    .filter(({ key }) => key.startsWith('targets.'))
    .map(({ key, value, origin }) => [key, value, origin])
  expect(keys).toEqual([
    ['targets.mine.kind', './my-target.mjs', 'unsilo.toml:2'],
    ['targets.mine.tries', 4, 'default'],
    ['targets.mine.layout', 'mirror', 'default'],
    ['targets.mine.max_delete', 10, 'default'],
    ['targets.mine.drawer', 3, 'unsilo.toml:3'],
  ])
})
