import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'
import { loadDatasets } from '../../config/load.ts'
import { sayProblem } from '../../config/problem.ts'
import { runsTypeScript } from '../../system/module.ts'
import { systemFiles } from '../../system/files.ts'
import { realSystem } from '../../system/system.ts'
import { type ContractSubject, sourceContract } from '../source.contract.ts'
import { openPluginSource } from './plugin.ts'

/** A dataset whose source is a module with this text. */
function dataset(module: string, more = '', name = 'my-source.mjs'): TestDataset {
  const test = testDataset(`timeout = "20s"\n[source]\nkind = "./${name}"\n${more}\n`)
  fs.writeFileSync(join(test.folder, name), module)
  return test
}

const simple = (body: string, more = ''): string =>
  `export default { kind: 'simple', ${more} async export(sink, context) { ${body} } }`

/** Follows Standard Schema without any library: \`count\` has to be a number. */
const countSchema = `config: { '~standard': { version: 1, vendor: 'none', validate: (value) =>
  typeof value.count === 'number' ? { value: { count: value.count * 2 } }
    : { issues: [{ message: 'has to be a number', path: [{ key: 'count' }] }, { message: 'look again' }] } } },`

const text = (value: string): string => `(async function* () { yield Buffer.from(${value}) })()`

async function exported(test: TestDataset): Promise<unknown> {
  return (await test.run({ exportNow: true })).exported
}

async function problems(test: TestDataset): Promise<string[]> {
  const loaded = await loadDatasets(systemFiles, test.root, [], test.root)
  return loaded.problems.map(sayProblem)
}

describe('a source that a module defines', () => {
  it('writes one file, with its own configuration', async () => {
    const test = dataset(
      simple(`await sink.write('txt', ${text('`${context.config.count} ${context.parcelId}`')})`, countSchema),
      'count = 21',
    )
    expect(await exported(test)).toMatchObject({ event: 'sealed', state: 'good', files: 1 })
    const name = test.names('data')[0]!
    expect(test.read(`data/${name}`)).toBe(`42 ${name.replace('.txt', '')}`)
  })

  it('writes a folder, and says what there is to say', async () => {
    const body = `const folder = await sink.folder()
      await folder.create('in/a.json', ${text("'[1]'")})
      return { warnings: ['one thing'], incomplete: ['another is missing'], holds: 'part' }`
    const test = dataset(simple(body))
    expect(await exported(test)).toMatchObject({
      state: 'suspect',
      holds: 'part',
      warnings: ['one thing'],
      incomplete: ['another is missing'],
    })
  })

  it('may be a package that is installed above the dataset, even one that can only be imported', async () => {
    const test = dataset('')
    const place = join(test.root, 'node_modules/@me/strava')
    fs.mkdirSync(place, { recursive: true })
    fs.writeFileSync(
      join(place, 'package.json'),
      '{"exports":{".":{"types":"./x.d.ts","import":"./main.js"}},"type":"module"}',
    )
    fs.writeFileSync(join(place, 'main.js'), simple(`await sink.write('txt', ${text("'x'")})`))
    test.configure('[source]\nkind = "@me/strava"\n')
    expect(await exported(test)).toMatchObject({ state: 'good' })
  })

  it('reads secrets, which are kept out of reasons and logs', async () => {
    const body = `const token = await context.readSecret(context.config.token); throw new Error('refused ' + token)`
    const schema = `config: { '~standard': { version: 1, vendor: 'none', validate: (value) => ({ value }) } },`
    const test = dataset(simple(body, schema), 'token = { file = "token" }')
    fs.writeFileSync(join(test.folder, 'token'), 'canary-7zXq9\n')
    const failed = await exported(test)
    expect(failed).toMatchObject({ code: 'command-failed', reason: './my-source.mjs failed: Error: refused [secret]' })
    expect(test.read(`log/${(failed as { parcel: string }).parcel}.err`)).toMatch(
      /refused \[secret\]\n *at .*my-source\.mjs/,
    )
    expect(test.read('ledger.ndjson')).not.toContain('canary')
  })

  it('fails as it says, even with an error of another copy of unsilo', async () => {
    const error = `Object.assign(new Error('the account is closed'), { name: 'UnsiloError', code: 'auth', hint: 'Open it.' })`
    const test = dataset(simple(`throw ${error}`))
    expect(await exported(test)).toMatchObject({ code: 'auth', reason: 'the account is closed', hint: 'Open it.' })
  })
})

describe('a module cannot', () => {
  it.each([
    `await (await sink.folder()).create('../../data/evil', ${text("'x'")})`,
    `await (await sink.folder()).create('/tmp/unsilo-evil', ${text("'x'")})`,
    `await (await sink.folder()).replace('a/../../../config.toml', 'x')`,
    `await (await sink.folder()).remove('../../config.toml')`,
    `await sink.write('x/../../evil', ${text("'x'")})`,
  ])('write anywhere but into its parcel: %s', async (body) => {
    const test = dataset(simple(body))
    const before = test.read('config.toml')
    expect(await exported(test)).toMatchObject({
      event: 'failed',
      code: 'usage',
      reason: expect.stringContaining('./my-source.mjs writes') as string,
    })
    expect(test.names('data')).toEqual([])
    expect(test.read('config.toml')).toBe(before)
  })

  it('write after its end, and what it has not waited for is waited for', async () => {
    const late = `const folder = await sink.folder()
      void folder.create('a', ${text("'in time'")})
      globalThis.late = new Promise((resolve) => setTimeout(() => folder.create('b', ${text("'late'")}).then(resolve, resolve), 300))`
    const test = dataset(simple(late))
    expect(await exported(test)).toMatchObject({ state: 'good', files: 1 })
    expect(await (globalThis as unknown as { late: Promise<unknown> }).late).toMatchObject({
      message: './my-source.mjs writes after its export has ended',
    })
  })

  it('end unsilo, or be sealed, by what it throws or returns', async () => {
    expect(await exported(dataset(simple(`null.x`)))).toMatchObject({
      code: 'command-failed',
      reason: expect.stringContaining('./my-source.mjs failed: TypeError') as string,
    })
    const returned = simple(`await sink.write('txt', ${text("'x'")}); return { warnings: 'text' }`)
    expect(await exported(dataset(returned))).toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('warnings') as string,
    })
    expect(await exported(dataset(simple('')))).toMatchObject({ event: 'failed', code: 'empty' })
  })
})

describe('the configuration of a module', () => {
  it('is checked by its own schema, with file, line and key', async () => {
    const test = dataset(simple('', countSchema), '\ncount = "many"')
    expect(await problems(test)).toEqual([
      'todoist/config.toml:2: source: look again',
      'todoist/config.toml:5: source.count: has to be a number',
    ])
  })

  it('is empty where it has no schema', async () => {
    expect(await problems(dataset(simple(''), 'count = 1'))).toEqual([
      'todoist/config.toml:4: source.count: has no use: simple takes no keys',
    ])
  })

  it.each([
    ['export default 5', 'it has no default export that is an object'],
    ['export const source = {}', 'it has no default export that is an object'],
    ['export default { kind: 5, export() {} }', 'its `kind` is no text'],
    ["export default { kind: 'x', export: 5 }", 'its `export` is no function'],
    ["export default { kind: 'x', export() {}, config: {} }", 'its `config` is no schema'],
    ["throw new Error('not today')", 'cannot be loaded: Error: not today'],
  ])('names the file that is no source: %s', async (module, complaint) => {
    const [problem, ...others] = await problems(dataset(module))
    expect(problem).toContain('todoist/config.toml:3: source.kind: ')
    expect(problem).toContain('my-source.mjs')
    expect(problem).toContain(complaint)
    expect(others).toEqual([])
  })

  it('tells a module that is not there from a kind that is misspelt', async () => {
    const test = dataset('', '', 'other.mjs')
    for (const [kind, complaint] of [
      ['./gone.mjs', `there is no module ${join(test.folder, 'gone.mjs')}`],
      ['fodler', '"fodler" is not one of "rest", "folder", '],
      ['fodler', 'Did you mean "folder"?'],
      ['unsilo-source-x', 'there is no package "unsilo-source-x" that a file in'],
      ['unsilo-source-x', 'npm install unsilo-source-x'],
    ] as const) {
      test.configure(`[source]\nkind = "${kind}"\n`)
      expect((await problems(test)).join()).toContain(complaint)
    }
  })

  it.skipIf(runsTypeScript())('says what to do where this Node.js runs no TypeScript', async () => {
    const module = simple(`const count: number = 5; await sink.write('txt', ${text('String(count)')})`)
    const test = dataset(module, '', 'my-source.ts')
    const [problem, ...others] = await problems(test)
    expect(problem).toMatch(
      /^todoist\/config\.toml:3: source\.kind: \/.*\/my-source\.ts is TypeScript: Node\.js [\d.]+ cannot run it\. /,
    )
    expect(others).toEqual([])
    // What it says to do is done, and works.
    const command = /`npx (esbuild .*)`/.exec(problem!)![1]!
    const programs = resolve('node_modules/.bin')
    execFileSync('/bin/sh', ['-c', `${programs}/${command} --log-level=error`], { cwd: test.folder })
    test.configure('[source]\nkind = "./my-source.mjs"\n')
    expect(await exported(test)).toMatchObject({ state: 'good' })
  })
})

describe('a module', () =>
  sourceContract((datasetPath): ContractSubject => {
    const account = join(datasetPath, 'account')
    const module = simple(`
      const { open } = await import('node:fs/promises')
      const file = await open(context.datasetPath + '/account')
      const size = (await file.stat()).size
      await file.close()
      await sink.write('txt', (async function* () {
        for (let left = size; left > 0; left -= 65536) { context.signal.throwIfAborted(); yield Buffer.alloc(Math.min(left, 65536)) }
      })())`)
    fs.writeFileSync(join(datasetPath, 'my.mjs'), module)
    fs.writeFileSync(account, 'bread')
    const open = (): ReturnType<typeof openPluginSource> =>
      openPluginSource(
        { kind: 'plugin', module: './my.mjs', options: {} },
        { ...realSystem, folder: datasetPath, readSecret: () => Promise.reject(new Error('there is none')) },
      )
    return {
      open,
      fail: () => fs.rmSync(account),
      mend: () => fs.writeFileSync(account, 'bread'),
      openLarge(bytes) {
        fs.truncateSync(account, bytes)
        return open()
      },
    }
  }))
