import { readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FtpServer, reasonWithoutVsftpd, startVsftpd } from '../../../test/servers/vsftpd.ts'
import { type FtpFilter, drop, ftpFilter } from '../../../test/support/ftp-filter.ts'
import { body, bytesOf, knownOf, never, someBytes } from '../contract-subject.fixture.ts'
import type { Target } from '../target.ts'
import { openFtp } from './open-ftp.fixture.ts'
import { whereToGoOn } from './upload.ts'

const mebibyte = 1024 * 1024

describe('where to go on with a file', () => {
  const known = { sizeBytes: 10 * mebibyte, sha256: '' }
  it.each([
    ['at its begin when there is nothing', undefined, 0],
    ['at its begin when there is little', mebibyte, 0],
    ['a little before the end of what is there', 4 * mebibyte, 3 * mebibyte],
    ['a little before the end when all is there', 10 * mebibyte, 9 * mebibyte],
    ['at its begin when there is more than there can be', 11 * mebibyte, 0],
  ])('%s', (_what, there, from) => {
    expect(whereToGoOn(there, known)).toBe(from)
  })
})

const suite = `an upload${reasonWithoutVsftpd ? ` (${reasonWithoutVsftpd})` : ''}`

describe.skipIf(reasonWithoutVsftpd)(suite, () => {
  let server: FtpServer
  beforeAll(async () => {
    server = await startVsftpd()
  })
  afterAll(() => server.stop())

  const opened = async (): Promise<{ path: string; target: Target; filter: FtpFilter }> => {
    const path = server.makeRoom()
    const filter = await ftpFilter(server)
    return { path, filter, target: openFtp({ ...server, port: filter.port }, { path }) }
  }
  const namesIn = (path: string): string[] => readdirSync(path).toSorted()
  const content = someBytes(8 * mebibyte)
  const known = knownOf(content)
  const temporary = `.unsilo-${known.sha256.slice(0, 12)}-upload.tmp`

  /** Has an upload broken off after so many bytes. */
  const breakOff = async (target: Target, bytes: number): Promise<void> => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield content.subarray(0, bytes)
      // So that the rest does not overtake it in the buffers.
      await new Promise((resolve) => setTimeout(resolve, 200))
      throw new Error('the disk here is broken')
    }
    const put = target.put('file', () => Readable.from(broken(), { objectMode: false }), never, known)
    await expect(put).rejects.toThrow('the disk here is broken')
  }

  it('goes on where another one was broken off, and sends no more than it has to', async () => {
    const { path, target, filter } = await opened()
    await breakOff(target, 5 * mebibyte)
    expect(namesIn(path)).toEqual([temporary])
    const there = readFileSync(join(path, temporary)).length
    expect(there).toBeGreaterThan(2 * mebibyte)
    const asked: number[] = []
    const open = (from = 0): Readable => {
      asked.push(from)
      return body(content)(from)
    }
    expect(await target.put('file', open, never, known)).toBe('resumed')
    expect(asked).toEqual([there - mebibyte])
    expect(filter.commands).toContain(`REST ${there - mebibyte}`)
    expect(readFileSync(join(path, 'file')).equals(content)).toBe(true)
    expect(namesIn(path)).toEqual(['file'])
  })

  it('begins anew where the server does not go on in a file', async () => {
    const { path, target, filter } = await opened()
    await breakOff(target, 5 * mebibyte)
    filter.answer = (command) => (command.startsWith('REST') ? '502 Not here.' : undefined)
    expect(await target.put('file', body(content), never, known)).toBe('sent')
    expect(readFileSync(join(path, 'file')).equals(content)).toBe(true)
  })

  it('does not look for what was begun when a file is small', async () => {
    const { target, filter } = await opened()
    await target.put('file', body('small'), never, knownOf('small'))
    const before = filter.commands.length
    await target.put('other', body('small'), never, knownOf('small'))
    expect(filter.commands.slice(before).map((command) => command.split(' ')[0])).toEqual([
      'EPSV',
      'STOR',
      'SIZE',
      'RNFR',
      'RNTO',
    ])
  })

  it('is not taken for whole when the server has another size', async () => {
    const { path, target, filter } = await opened()
    writeFileSync(join(path, 'file'), 'old')
    filter.answer = (command) => (command.startsWith('SIZE') ? '213 3' : undefined)
    for (const [bytes, hint] of [
      [Buffer.from('new one'), undefined],
      [content, known],
    ] as const) {
      await expect(target.put('file', body(bytes), never, hint)).rejects.toMatchObject({
        code: 'network',
        retryable: true,
      })
      expect(namesIn(path)).toEqual(['file'])
    }
    expect(readFileSync(join(path, 'file'), 'utf8')).toBe('old')
  })

  it('replaces a file also where the server does not rename over one', async () => {
    const { path, target, filter } = await opened()
    writeFileSync(join(path, 'file'), 'old')
    filter.answer = (command) =>
      command === `RNTO ${path}/file` && namesIn(path).includes('file') ? '550 It exists already.' : undefined
    expect(await target.put('file', body('new'), never)).toBe('sent')
    expect(readFileSync(join(path, 'file'), 'utf8')).toBe('new')
    expect(namesIn(path)).toEqual(['file'])
  })

  it('gives the old file its name back when the new one cannot have it', async () => {
    const { path, target, filter } = await opened()
    writeFileSync(join(path, 'file'), 'old')
    let times = 0
    filter.answer = (command) => (command === `RNTO ${path}/file` && (times += 1) < 3 ? '550 No.' : undefined)
    await expect(target.put('file', body('new'), never)).rejects.toMatchObject({ code: 'not-permitted' })
    expect(readFileSync(join(path, 'file'), 'utf8')).toBe('old')
    expect(namesIn(path)).toEqual(['file'])
  })

  it('does not take the place of a folder', async () => {
    const { path, target } = await opened()
    await target.put('folder/file', body('x'), never)
    await expect(target.put('folder', body('x'), never)).rejects.toMatchObject({ code: 'clash' })
    expect(namesIn(path)).toEqual(['folder'])
  })

  it('leaves nothing of itself when it fails', async () => {
    const { path, target, filter } = await opened()
    for (const [command, reply, code] of [
      ['STOR', '552 Quota exceeded.', 'no-space'],
      ['RNFR', '550 Permission denied.', 'not-permitted'],
      ['RNTO', '421 Closing down.', 'network'],
      ['SIZE', drop, 'network'],
    ] as const) {
      let isFirst = true
      filter.answer = (asked) => {
        if (!isFirst || !asked.startsWith(command)) return undefined
        isFirst = command === 'STOR'
        return reply
      }
      await expect(target.put('file', body('x'), never), command).rejects.toMatchObject({ code })
      expect(namesIn(path), command).toEqual([])
    }
  })

  it('makes a folder again that was removed meanwhile', async () => {
    const { path, target } = await opened()
    await target.put('in/file', body('x'), never)
    await target.removeFolder!('in', never)
    const other = openFtp(server, { path })
    await target.put('in/file', body('x'), never)
    await other.removeFolder!('in', never)
    expect(await target.put('in/file', body('y'), never)).toBe('sent')
    expect(readFileSync(join(path, 'in/file'), 'utf8')).toBe('y')
  })

  const hour = 3_600_000
  it.skipIf(process.env['UNSILO_TEST_LARGE'] !== '1')(
    'takes files of more than 5 GiB, and goes on in them (only with UNSILO_TEST_LARGE=1)',
    async () => {
      const { path, target, filter } = await opened()
      const [sizeBytes, cutAt] = [5_500_000_000, 5_000_000_000]
      const piece = Buffer.alloc(mebibyte)
      const open =
        (end: number, error?: Error) =>
        (from = 0): Readable => {
          function* pieces(): Generator<Buffer> {
            for (let at = from; at < end; at += piece.length) yield piece.subarray(0, Math.min(piece.length, end - at))
            if (error !== undefined) throw error
          }
          return Readable.from(pieces(), { objectMode: false })
        }
      const huge = { sizeBytes, sha256: 'ab'.repeat(32) }
      const broken = target.put('file', open(cutAt, new Error('broken')), never, huge)
      await expect(broken).rejects.toThrow('broken')
      expect(await target.put('file', open(sizeBytes), never, huge)).toBe('resumed')
      const restart = Number(filter.commands.find((command) => command.startsWith('REST'))!.slice(5))
      expect(restart).toBeGreaterThan(2 ** 32)
      expect(statSync(join(path, 'file')).size).toBe(sizeBytes)
      expect(await bytesOf(await target.get('file', never, { from: sizeBytes - 10, bytes: 100 }))).toHaveLength(10)
    },
    hour,
  )

  it('clears away what others have left in its folder more than a day ago, by the clock of the server', async () => {
    const { path, target } = await opened()
    const [old, young, file] = ['.unsilo-0123456789ab-upload.tmp', '.unsilo-0123456789ac-upload.tmp', 'old']
    for (const name of [old, young, file]) writeFileSync(join(path, name), '')
    const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000)
    for (const name of [old, file]) utimesSync(join(path, name), hoursAgo(25), hoursAgo(25))
    utimesSync(join(path, young), hoursAgo(23), hoursAgo(23))
    await target.put('new', body('x'), never)
    expect(namesIn(path)).toEqual([young, 'new', 'old'])
  })
})

describe.skipIf(reasonWithoutVsftpd)(`names${reasonWithoutVsftpd ? ` (${reasonWithoutVsftpd})` : ''}`, () => {
  it.each(['a\nDELE b', 'a\rb'])('with a line break are refused, and nothing is sent: %j', async (name) => {
    const target = openFtp({ host: '127.0.0.1', port: 1, user: 'you', password: '' })
    const refused = { code: 'usage', message: expect.stringContaining('line break') as string }
    await expect(target.put(name, body('x'), never)).rejects.toMatchObject(refused)
    await expect(target.get(name, never)).rejects.toMatchObject(refused)
    await expect(target.remove(name, never)).rejects.toMatchObject(refused)
    await expect(target.removeFolder!(name, never)).rejects.toMatchObject(refused)
    await expect(target.move!('a', name, never)).rejects.toMatchObject(refused)
  })
})
