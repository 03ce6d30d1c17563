import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type SshServer, hasSshd, startSshd } from '../../../test/servers/sshd.ts'
import { type CuttingProxy, cuttingProxy } from '../../../test/support/cutting-proxy.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { body, isSame, knownOf, listed, never, read, someBytes } from '../contract-subject.fixture.ts'
import type { OpenBody, Target } from '../target.ts'
import { openAt } from './server.fixture.ts'
import { openWindow } from './upload.ts'

describe.skipIf(!hasSshd)('an upload', () => {
  let server: SshServer
  beforeAll(async () => {
    server = await startSshd()
  })
  afterAll(() => server.stop())

  const open = (path: string, proxy?: CuttingProxy): Target => {
    const target = openAt(server, path, proxy === undefined ? {} : { port: proxy.port })
    onTestFinished(() => target.close())
    return target
  }
  const cutOff = async (path: string, content: Buffer, bytes: number): Promise<void> => {
    const proxy = await cuttingProxy(server.port)
    const target = open(path, proxy)
    await target.put('in/other', body('x'), never)
    proxy.cutAfter(bytes)
    await expect(target.put('in/file', body(content), never, knownOf(content))).rejects.toMatchObject({
      code: 'network',
    })
  }
  const leftovers = (path: string): string[] => readdirSync(join(path, 'in')).filter((name) => name.endsWith('.tmp'))

  it('goes on where it was cut off, and sends only the rest', async () => {
    const path = join(temporaryFolder(), 'vault')
    const content = someBytes(24_000_000)
    await cutOff(path, content, 16_000_000)
    const [left] = leftovers(path)
    const sizeBytes = statSync(join(path, 'in', left!)).size
    expect(sizeBytes).toBeGreaterThan(8_000_000)

    const proxy = await cuttingProxy(server.port)
    const target = open(path, proxy)
    const from: (number | undefined)[] = []
    const open2: OpenBody = (start) => {
      from.push(start)
      return body(content)(start)
    }
    expect(await target.put('in/file', open2, never, knownOf(content))).toBe('resumed')
    // The server may have had some more to write when the line was cut.
    expect(from).toEqual([expect.any(Number)])
    expect(from[0]).toBeGreaterThanOrEqual(sizeBytes - 1024 * 1024)
    expect(proxy.bytesUp).toBeLessThan(content.length - from[0]! + 1_000_000)
    expect(await isSame(target, 'in/file', content)).toBe(true)
    expect(leftovers(path)).toEqual([])
  })

  it('begins anew when what is left is longer than the file', async () => {
    const path = temporaryFolder()
    const content = someBytes(3_000_000)
    mkdirSync(join(path, 'in'))
    const left = join(path, 'in', `.unsilo-${knownOf(content).sha256.slice(0, 12)}-upload.tmp`)
    writeFileSync(left, '')
    truncateSync(left, 4_000_000)
    const target = open(path)
    expect(await target.put('in/file', body(content), never, knownOf(content))).toBe('sent')
    expect(await isSame(target, 'in/file', content)).toBe(true)
  })

  it('is refused when the body is not as long as was said, and leaves nothing', async () => {
    const path = temporaryFolder()
    const target = open(path)
    for (const length of [1_999_999, 2_000_001]) {
      const put = target.put('in/file', body(someBytes(length)), never, knownOf(someBytes(2_000_000)))
      await expect(put).rejects.toMatchObject({ code: 'incomplete' })
    }
    expect(readdirSync(join(path, 'in'))).toEqual([])
  })

  it('removes what others have left that is older than a day by the clock of the server', async () => {
    const path = temporaryFolder()
    mkdirSync(join(path, 'in'))
    const names = ['.unsilo-0123456789ab-upload.tmp', '.unsilo-ba9876543210-upload.tmp', 'own.tmp']
    for (const name of names) writeFileSync(join(path, 'in', name), 'x')
    const old = Date.now() / 1000 - 25 * 3600
    for (const name of [names[0]!, names[2]!]) utimesSync(join(path, 'in', name), old, old)
    await open(path).put('in/file', body('x'), never)
    expect(readdirSync(join(path, 'in')).sort()).toEqual([names[1], 'file', 'own.tmp'])
  })

  it('ends at once at an interrupt while the body says nothing, and clears away', async () => {
    const path = temporaryFolder()
    const target = openAt(server, path)
    const controller = new AbortController()
    const silent = (): Readable =>
      new Readable({
        read() {
          this.push(Buffer.alloc(100_000))
          controller.abort()
        },
      })
    await expect(target.put('file', silent, controller.signal)).rejects.toMatchObject({ code: 'cancelled' })
    await target.close()
    expect(readdirSync(path)).toEqual([])
  })

  it('goes into no folder around that is missing, as when a disk is not mounted', async () => {
    const around = temporaryFolder()
    const target = open(join(around, 'disk/vault'))
    const away = {
      code: 'not-found',
      message: `${around}/disk on 127.0.0.1 does not exist, so ${around}/disk/vault is not created in it`,
      retryable: true,
    }
    await expect(target.put('in/a', body('x'), never)).rejects.toMatchObject(away)
    await expect(target.get('in/a', never)).rejects.toMatchObject(away)
    await expect(target.remove('in/a', never)).rejects.toMatchObject(away)
    await expect(listed(target)).rejects.toMatchObject(away)
    expect(readdirSync(around)).toEqual([])
  })

  it('may go into the folder that one is in after logging in, and below it', async () => {
    const home = temporaryFolder()
    const own = await startSshd({ sftp: ['-d', home] })
    onTestFinished(() => own.stop())
    for (const path of ['.', '~', 'vault', '~/vault/']) {
      const target = openAt(own, path)
      await target.put('in/file', body(path), never)
      expect(await read(target, 'in/file')).toBe(path)
      expect((await listed(target, 'in')).map((file) => file.path)).toEqual(['in/file'])
      await target.close()
    }
    expect(readFileSync(join(home, 'vault/in/file'), 'utf8')).toBe('~/vault/')
  })

  it('is whole when keys are exchanged anew on the way', async () => {
    const rekeying = await startSshd({ lines: ['RekeyLimit 1M'] })
    onTestFinished(() => rekeying.stop())
    const target = openAt(rekeying, temporaryFolder())
    onTestFinished(() => target.close())
    const content = someBytes(12_000_000)
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => target.put(name, body(content), never)))
    expect(await isSame(target, 'a', content)).toBe(true)
    expect(await isSame(target, 'e', content)).toBe(true)
  })
})

it.skipIf(!hasSshd || process.env['UNSILO_TEST_LARGE'] !== '1')(
  'takes files of more than 5 GiB, and goes on in them (only with UNSILO_TEST_LARGE=1)',
  async () => {
    const server = await startSshd()
    onTestFinished(() => server.stop())
    const path = temporaryFolder()
    const target = openAt(server, path)
    onTestFinished(() => target.close())
    const piece = Buffer.alloc(1024 * 1024, 'x')
    const count = 5 * 1024 + 100
    const known = { sizeBytes: count * piece.length + 3, sha256: '0'.repeat(64) }
    let peak = 0
    const large = (from = 0): Readable => {
      function* pieces(): Generator<Buffer> {
        for (let at = from; at < known.sizeBytes; at += piece.length) {
          peak = Math.max(peak, process.memoryUsage().arrayBuffers)
          const isLast = known.sizeBytes - at <= piece.length
          yield isLast ? Buffer.concat([piece.subarray(0, known.sizeBytes - at - 3), Buffer.from('end')]) : piece
        }
      }
      return Readable.from(pieces(), { objectMode: false })
    }
    expect(await target.put('in/large', large, never, known)).toBe('sent')
    expect(await listed(target)).toEqual([{ path: 'in/large', sizeBytes: known.sizeBytes }])
    const end = (): Promise<string> =>
      target.get('in/large', never, { from: known.sizeBytes - 5, bytes: 100 }).then((stream) => text(stream))
    expect(await end()).toBe('xxend')
    // Again from near its end, as after a cut.
    const left = join(path, 'in', '.unsilo-000000000000-upload.tmp')
    renameSync(join(path, 'in/large'), left)
    truncateSync(left, known.sizeBytes - 10_000_000)
    expect(await target.put('in/large', large, never, known)).toBe('resumed')
    expect(await end()).toBe('xxend')
    expect(peak).toBeLessThan(150 * 1024 * 1024)
  },
  900_000,
)

describe.skipIf(!hasSshd)('a server without any of the extensions of OpenSSH', () => {
  let server: SshServer
  beforeAll(async () => {
    const without = ['posix-rename', 'fsync', 'statvfs', 'fstatvfs', 'limits', 'hardlink', 'lsetstat', 'expand-path']
    server = await startSshd({ sftp: ['-P', without.join(',')] })
  })
  afterAll(() => server.stop())

  it('takes files, replaces, moves and removes them', async () => {
    const path = join(temporaryFolder(), 'vault')
    const target = openAt(server, path)
    onTestFinished(() => target.close())
    const content = someBytes(3_000_000)
    await target.put('in/file', body('old'), never)
    await target.put('in/file', body(content), never, knownOf(content))
    expect(await isSame(target, 'in/file', content)).toBe(true)
    await target.move!('in', 'out', never)
    await target.put('in/file', body('x'), never)
    await expect(target.move!('in/file', 'out/file', never)).rejects.toMatchObject({ code: 'clash' })
    await target.remove('in/file', never)
    expect((await listed(target)).map((file) => file.path)).toEqual(['out/file'])
    await target.removeFolder!('out', never)
    expect(existsSync(join(path, 'out'))).toBe(false)
  })
})

it('lets so many bytes through at a time, in the order of those who ask', async () => {
  const window = openWindow(100)
  const through: number[] = []
  const enter = (bytes: number): void => void window.enter(bytes).then(() => through.push(bytes))
  for (const bytes of [60, 40, 1000, 7]) enter(bytes)
  await new Promise((resolve) => setImmediate(resolve))
  expect(through).toEqual([60, 40])
  window.leave(60)
  await new Promise((resolve) => setImmediate(resolve))
  expect(through).toEqual([60, 40])
  window.leave(40)
  await new Promise((resolve) => setImmediate(resolve))
  expect(through).toEqual([60, 40, 1000])
  window.leave(1000)
  await new Promise((resolve) => setImmediate(resolve))
  expect(through).toEqual([60, 40, 1000, 7])
})
