import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { targetSurroundings } from '../../../test/support/target-surroundings.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { openTarget } from '../all.ts'
import { body, bytesOf, knownOf, listed, never, read } from '../contract-subject.fixture.ts'
import type { Target, TargetSurroundings } from '../target.ts'
import type { PluginTargetConfig } from './config.ts'
import { openPluginTarget } from './plugin.ts'

const anyKeys = `{ '~standard': { version: 1, vendor: 'none', validate: (value) => ({ value }) } }`

/** A module of a target that keeps its files in memory; `parts` replace its methods, `before` stands before them in `open`. */
function inMemory(parts = '', before = ''): string {
  return `const files = new Map()
export default { kind: 'memory', config: ${anyKeys}, async open(config, surroundings) { ${before}
  return {
    async *list(prefix) {
      for (const [path, bytes] of files) if (prefix === '' || path.startsWith(prefix + '/')) yield { path, sizeBytes: bytes.length }
    },
    async put(path, open) { files.set(path, Buffer.concat(await all(open()))) },
    async get(path, signal, range) {
      const bytes = files.get(path)
      const { from, bytes: length } = range ?? { from: 0, bytes: bytes.length }
      return new Blob([bytes.subarray(from, from + length)]).stream()
    },
    async remove(path) { files.delete(path) },
    async close() {},
    ${parts}
  }
} }
async function all(stream) { const chunks = []; for await (const chunk of stream) chunks.push(chunk); return chunks }`
}

interface Opening {
  config?: Partial<PluginTargetConfig & { tries: number; limit: number }>
  surroundings?: Partial<TargetSurroundings>
}

function written(module: string): string {
  const root = temporaryFolder()
  writeFileSync(join(root, 'my-target.mjs'), module)
  return root
}

async function opened(module: string, { config, surroundings }: Opening = {}): Promise<Target> {
  const given = { kind: 'plugin' as const, module: './my-target.mjs', options: {}, tries: 1, ...config }
  return openTarget('mine', given, { ...targetSurroundings(), root: written(module), ...surroundings })
}

const told = './my-target.mjs (targets.mine)'
const breach = (what: string): object => ({
  name: 'UnsiloError',
  code: 'usage',
  retryable: false,
  message: `${told} ${what}`,
})

describe('a module as a target', () => {
  it('is told its keys, its name, where the root is, and the limit', async () => {
    const target = await opened(
      inMemory('', `files.set('told', Buffer.from(JSON.stringify([config, { ...surroundings, root: 'here' }])))`),
      { config: { options: { drawer: 3 }, limit: 5_000_000 } },
    )
    expect(JSON.parse(await read(target, 'told'))).toEqual([
      { drawer: 3 },
      { name: 'mine', root: 'here', bytesPerSecond: 5_000_000 },
    ])
  })

  it('may give a stream of the web, and bytes by a generator', async () => {
    const target = await opened(inMemory())
    await target.put('in/file', body('bread'), never)
    expect(await read(target, 'in/file')).toBe('bread')
    expect(await listed(target)).toEqual([{ path: 'in/file', sizeBytes: 5 }])
    const other = await opened(
      inMemory(`async get() { return (async function* () { yield Buffer.from('bread') })() },`),
    )
    expect(await read(other, 'file')).toBe('bread')
  })

  it('has nothing more asked of it than it has', async () => {
    const target = await opened(inMemory())
    expect([target.move, target.removeFolder, target.putAll, target.parallel]).toEqual([
      undefined,
      undefined,
      undefined,
      1,
    ])
  })

  it('shows nobody what has the name of an unfinished file', async () => {
    const target = await opened(inMemory('', `files.set('in/.unsilo-0123456789ab-upload.tmp', Buffer.from('x'))`))
    expect(await listed(target)).toEqual([])
  })

  it('is tried again, and counted, as all targets are', async () => {
    let sent = 0
    let slept = 0
    const flaky = `async put(path, open) {
      for await (const _ of open()) break
      surroundings.tries = (surroundings.tries ?? 0) + 1
      if (surroundings.tries < 3) throw Object.assign(new Error('busy'), { name: 'UnsiloError', code: 'network', retryable: true })
      files.set(path, Buffer.concat(await all(open())))
    },`
    const target = await opened(inMemory(flaky), {
      config: { tries: 3 },
      surroundings: {
        clock: { now: () => new Date(0), sleep: async () => void (slept += 1) },
        watch: { sent: (bytes) => (sent += bytes), received: () => undefined },
      },
    })
    await target.put('file', body('bread'), never)
    expect([await read(target, 'file'), slept]).toEqual(['bread', 2])
    expect(sent).toBeGreaterThanOrEqual(5)
  })

  it('reads secrets, which are kept out of what is told', async () => {
    const asks = `const token = await surroundings.readSecret(config.token); throw new Error('refused ' + token)`
    const secrets = targetSurroundings({ 'targets.mine': 'canary-7zXq9' })
    const options = { token: { file: 'token' } }
    const failed = opened(inMemory('', asks), { config: { options }, surroundings: { readSecret: secrets.readSecret } })
    await expect(failed).rejects.toMatchObject({ message: `${told} failed: Error: refused [secret]` })
    await expect(opened(inMemory('', 'await surroundings.readSecret("x")'))).rejects.toMatchObject({
      code: 'config',
      message: `${told} asks for a secret without saying where it is kept`,
    })
  })
})

describe('the errors of a module', () => {
  it('name it and the place in it, whatever it throws', async () => {
    await expect(opened(inMemory('', `null.x`))).rejects.toMatchObject({
      code: 'command-failed',
      message: expect.stringMatching(/^\.\/my-target\.mjs \(targets\.mine\) failed: TypeError: /) as string,
      hint: expect.stringMatching(/^Look at \/.*\/my-target\.mjs:2\.$/) as string,
    })
    const target = await opened(inMemory(`remove() { throw 'no' }, async close() { throw new Error('still open') },`))
    await expect(target.remove('x', never)).rejects.toMatchObject({ message: `${told} failed: no`, retryable: true })
    await expect(target.close()).rejects.toMatchObject({ message: `${told} failed: Error: still open` })
  })

  it('are told as they are when they are meant for the user, even of another copy of unsilo', async () => {
    const error = `Object.assign(new Error('the account is closed'), { name: 'UnsiloError', code: 'auth', hint: 'Open it.' })`
    const target = await opened(inMemory(`async *list() { throw ${error} },`))
    await expect(listed(target)).rejects.toMatchObject({
      code: 'auth',
      message: 'the account is closed',
      hint: 'Open it.',
      retryable: false,
    })
  })

  it('are not those of a body, however the module puts them', async () => {
    const failing = () => Readable.from(broken(), { objectMode: false })
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('x')
      throw new Error('the disk here is broken')
    }
    const wraps = `async put(path, open) { try { await all(open()) } catch { throw new Error('upload failed') } },`
    const swallows = `async put(path, open) { await all(open()).catch(() => undefined) },`
    for (const parts of ['', wraps, swallows]) {
      const target = await opened(inMemory(parts))
      await expect(target.put('file', failing, never)).rejects.toThrow(/^the disk here is broken$/)
    }
  })

  it('are its own when it destroys the body with one', async () => {
    const target = await opened(
      inMemory(`async put(path, open) {
      const { pipeline } = await import('node:stream/promises')
      const { Writable } = await import('node:stream')
      await pipeline(open(), new Writable({ write(chunk, _, then) { then(new Error('line dropped')) } }))
    },`),
    )
    await expect(target.put('file', body('x'), never)).rejects.toMatchObject({
      message: `${told} failed: Error: line dropped`,
    })
  })
})

describe('a module that is no target', () => {
  it.each([
    ['export default { kind: "x", open: () => 5 }', 'it is no object'],
    ['export default { kind: "x", open: () => ({}) }', 'it has no `list`, `put`, `get`, `remove`, `close`'],
    [inMemory('get: undefined,'), 'it has no `get`'],
    [inMemory('move: 5,'), 'its `move` is no function'],
    [inMemory('parallel: 0,'), 'its `parallel` is no whole number from 1'],
  ])('is told when it is opened: %s', async (module, fault) => {
    await expect(opened(module)).rejects.toMatchObject(breach(`opens something that is no target: ${fault}`))
  })

  it.each([
    ['export default {', /^\/.*\/my-target\.mjs cannot be loaded: /],
    ['export const target = {}', /^\/.*\/my-target\.mjs is no target: it has no default export that is an object$/],
    ["export default { kind: 'x', export() {} }", /^\/.*\/my-target\.mjs is no target: its `open` is no function$/],
  ])('is told when it is loaded: %s', async (module, message) => {
    await expect(opened(module)).rejects.toMatchObject({
      code: 'config',
      message: expect.stringMatching(message) as string,
    })
  })

  it('is told when its file is gone, or its keys are wrong', async () => {
    await expect(opened('', { config: { module: './gone.mjs' } })).rejects.toMatchObject({
      code: 'config',
      message: expect.stringMatching(/^there is no module \/.*\/gone\.mjs$/) as string,
      hint: 'A relative path starts at the root.',
    })
    const keyless = 'export default { kind: "keyless", open() {} }'
    await expect(opened(keyless, { config: { options: { drawer: 3 } } })).rejects.toMatchObject({
      code: 'config',
      message: 'targets.mine.drawer: has no use: keyless takes no keys',
    })
    const throwing = `export default { kind: 'x', config: { '~standard': { validate() { throw new Error('oh') } } }, open() {} }`
    await expect(opened(throwing)).rejects.toMatchObject({
      code: 'config',
      message: 'the schema of x fails: Error: oh',
    })
  })
})

describe('a module that breaks the contract', () => {
  it.each([
    [`list() { return undefined },`, 'lists nothing that can be gone through'],
    [`async *list() { yield 'in/file' },`, 'lists something that is no file'],
    [`async *list() { yield { path: 'in/file', sizeBytes: '5' } },`, 'lists something that is no file'],
    [
      `async *list() { yield { path: 'in/../../x', sizeBytes: 5 } },`,
      'lists "in/../../x", which leads out of its place',
    ],
    [
      `async *list() { yield { path: '/etc/passwd', sizeBytes: 5 } },`,
      'lists "/etc/passwd", which leads out of its place',
    ],
    [`async *list() { yield { path: 'inside', sizeBytes: 5 } },`, 'lists "inside", which is not below "in"'],
  ])('is told so by what it lists: %s', async (parts, what) => {
    await expect(listed(await opened(inMemory(parts)), 'in')).rejects.toMatchObject(breach(what))
  })

  it.each([
    [`async get() {},`, 'gives no stream of in/file'],
    [`async get() { return 'bread' },`, 'gives no stream of in/file'],
    [`async get() { return (async function* () { yield 'bread' })() },`, 'gives something else than bytes of in/file'],
    [`async get(path) { return new Blob([files.get(path)]).stream() },`, 'gives more of in/file than was asked for'],
  ])('is told so by what it gives: %s', async (parts, what) => {
    const target = await opened(inMemory(parts))
    await target.put('in/file', body('bread'), never)
    const reading = async (): Promise<Buffer> => bytesOf(await target.get('in/file', never, { from: 1, bytes: 2 }))
    await expect(reading()).rejects.toMatchObject(breach(what))
  })

  it.each([
    'async put() {},',
    'async put(path, open) { for await (const _ of open()) break },',
    'async put(path, open) { open() },',
  ])('is not believed that a file has arrived which it has not read: %s', async (parts) => {
    const target = await opened(inMemory(parts))
    const large = 'bread'.repeat(100_000)
    const unread = breach('says that it has taken in/file, and has not read it to its end')
    await expect(target.put('in/file', body(large), never)).rejects.toMatchObject(unread)
  })

  it('is told so by an arrival that there is not; one that knows the content need not read it', async () => {
    const odd = await opened(inMemory(`async put(path, open) { await all(open()); return true },`))
    await expect(odd.put('file', body('x'), never)).rejects.toMatchObject(
      breach('returns something from put that says nothing of the file'),
    )
    const knowing = await opened(inMemory(`async put(path, open, signal, known) { return known && 'hashed' },`))
    expect(await knowing.put('file', body('x'), never, knownOf('x'))).toBe('hashed')
  })
})

describe('an interrupt', () => {
  const graceMs = 1
  const stuck = 'async remove() { await new Promise(() => {}) }, async *list() { await new Promise(() => {}) },'
  const open = async (parts: string): Promise<Target> => {
    const config = { kind: 'plugin' as const, module: './my-target.mjs', options: {} }
    return openPluginTarget('mine', config, { ...targetSurroundings(), root: written(inMemory(parts)) }, graceMs)
  }

  it('leaves a module behind that does not end', async () => {
    const target = await open(stuck)
    const controller = new AbortController()
    const calls = [
      target.remove('x', controller.signal),
      target.list('', controller.signal)[Symbol.asyncIterator]().next(),
    ]
    setImmediate(() => controller.abort())
    const ends = await Promise.allSettled(calls)
    expect(ends).toMatchObject(calls.map(() => ({ status: 'rejected', reason: { code: 'cancelled' } })))
  })

  it('ends the body that a module is still reading, and a stream that gives nothing', async () => {
    const target = await open(`async get() { return (async function* () { await new Promise(() => {}) })() },`)
    const controller = new AbortController()
    async function* endless(): AsyncGenerator<Buffer> {
      for (let count = 0; ; count++) {
        if (count === 10) controller.abort()
        yield Buffer.from('x')
      }
    }
    const signal = controller.signal
    const put = target.put('file', () => Readable.from(endless(), { objectMode: false }), signal)
    const reading = bytesOf(await target.get('file', signal))
    await expect(put).rejects.toMatchObject({ code: 'cancelled' })
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' })
    expect(await listed(target)).toEqual([])
  })
})
