import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { codecForExtension } from '../../codec/codec.ts'
import { hasOwnZstd, hasProgram } from '../../system/machine.ts'
import { type InspectOptions, inspectFile, startContentCheck } from './inspect.ts'
import { zipArchive } from './zip.fixture.ts'

function inspect(name: string, content: string | Uint8Array, options?: InspectOptions): ReturnType<typeof inspectFile> {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return inspectFile(path, name.slice(name.indexOf('.') + 1), options)
}

async function zstd(content: string): Promise<Buffer> {
  const parts: Uint8Array[] = []
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(content)
  }
  for await (const part of codecForExtension('zst')!.compress(body())) parts.push(part)
  return Buffer.concat(parts)
}

const hasZstd = hasOwnZstd() || (await hasProgram('zstd', '--version'))
const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')
const letters = zipArchive([{ name: 'letters.txt', content: 'text' }])

describe('inspecting a file', () => {
  it.each([
    ['events.json', '{"a": [1, 2]}'],
    ['events.JSON', '{"a": [1, 2]}'],
    ['events.json.gz', gzipSync('{"a": [1, 2]}')],
    ['log.ndjson.gz', Buffer.concat([gzipSync('{"a": 1}\n{"a"'), gzipSync(': 2}\n')])],
    ['sheet.csv', 'a,b\n1,2\n'],
    ['feed.rss', '<rss/>'],
    ['picture.svgz', gzipSync('<svg/>')],
    ['takeout.zip', letters],
    ['backup.tar.gz', gzipSync('whatever tar is')],
    ['backup.tgz', gzipSync('whatever tar is')],
    ['takeout.zip.gz', gzipSync('whatever zip is')],
    ['notes.unknown', randomBytes(300_000)],
    ['notes.unknown', ''],
  ])('passes %s, and returns its size and hash as it is stored', async (name, content) => {
    expect(await inspect(name, content)).toEqual({ bytes: Buffer.byteLength(content), sha256: sha256(content) })
  })

  it.skipIf(!hasZstd)('looks inside zstd (skipped where there is none)', async () => {
    const [good, bad] = await Promise.all([zstd('[1]'), zstd('[1')])
    expect(await inspect('a.json.zst', good)).toEqual({ bytes: good.length, sha256: sha256(good) })
    await expect(inspect('a.json.zst', bad)).rejects.toThrow(/^a\.json\.zst is not valid JSON: it ends /)
    await expect(inspect('a.json.zst', good.subarray(0, -1))).rejects.toMatchObject({ code: 'wrong-content' })
  })

  it.each([
    ['events.json', '{"a": ', /^events\.json is not valid JSON: it ends in the middle of an object \(byte 6\)$/],
    ['events.json', '', /^events\.json is not valid JSON: it holds no value$/],
    ['events.json.gz', gzipSync('{"a": '), /^events\.json\.gz is not valid JSON: it ends /],
    ['events.json.gz', gzipSync('[]').subarray(0, -3), /^events\.json\.gz is not whole gzip data: /],
    ['events.json.gz', '[]', /^events\.json\.gz is not whole gzip data: /],
    ['backup.tar.gz', gzipSync('text').fill(0, 14, 18), /^backup\.tar\.gz is not whole gzip data: /],
    ['backup.tar.gz', Buffer.concat([gzipSync('text'), Buffer.from('more')]), /is not whole gzip data/],
    ['backup.tar.gz', Buffer.concat([gzipSync('text'), Buffer.alloc(2_000_000)]), /is not whole gzip data/],
    ['takeout.zip', letters.subarray(0, -5), /^takeout\.zip is not a whole zip archive: /],
    ['feed.rss', '<rss>', /^feed\.rss is not well-formed XML: unclosed tag: rss at line 1, column 5$/],
    ['history.sqlite', 'text', /^history\.sqlite is not a whole SQLite database: /],
  ])('refuses a wrong %s by its name', async (name, content, message) => {
    await expect(inspect(name, content)).rejects.toMatchObject({
      code: 'wrong-content',
      message: expect.stringMatching(message),
      hint: expect.any(String),
    })
  })

  it('takes `require` for the format, whatever the extension says', async () => {
    await inspect('events.dat', '[]', { require: 'json' })
    await inspect('events.dat.gz', gzipSync('[]'), { require: 'json' })
    await inspect('events', gzipSync('[]'), { require: 'json.gz' })
    await inspect('events', gzipSync('anything'), { require: 'gz' })
    await expect(inspect('events.dat', 'text', { require: 'json' })).rejects.toThrow('events.dat is not valid JSON')
    await expect(inspect('events.csv', 'a,b', { require: 'json' })).rejects.toThrow('events.csv is not valid JSON')
    await expect(inspect('events.dat', '[]', { require: 'json.gz' })).rejects.toThrow('is not whole gzip data')
  })

  it.each(['', 'tar', 'jsn'])('refuses to require %j, which it cannot check', async (require) => {
    await expect(inspect('events.json', '[]', { require })).rejects.toMatchObject({
      code: 'config',
      hint: expect.stringContaining('json'),
    })
  })

  it('tells how many bytes it has read', async () => {
    const seen: number[] = []
    await inspect('notes.txt', randomBytes(600_000), { onBytes: (bytes) => seen.push(bytes) })
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(seen.length).toBeGreaterThan(1)
    expect(seen.at(-1)).toBe(600_000)
  })

  it.each(['notes.txt', 'notes.json.gz'])('stops reading %s with the reason of the signal', async (name) => {
    const stop = new AbortController()
    const onBytes = (): void => stop.abort(new Error('enough'))
    const content = name.endsWith('gz') ? gzipSync(`"${randomBytes(900_000).toString('hex')}"`) : randomBytes(900_000)
    await expect(inspect(name, content, { signal: stop.signal, onBytes })).rejects.toThrow('enough')
  })

  it('says when there is no such file', async () => {
    const path = join(temporaryFolder(), 'none.json')
    await expect(inspectFile(path, 'json')).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('a check of content that is being streamed', () => {
  it('is fed the bytes before they are compressed', async () => {
    const check = await startContentCheck('json')
    check!.write(Buffer.from('[1, 2'))
    expect(() => check!.end()).toThrow('not valid JSON: it ends in the middle of a number (byte 5)')
  })

  it('checks what is required instead of what the extension says', async () => {
    const check = await startContentCheck('txt', 'ndjson')
    expect(() => check!.write(Buffer.from('{"a": x}'))).toThrow('not valid NDJSON')
  })

  it.each(['', 'txt', 'zip', 'json.gz'])('is none for the extension %j', async (extension) => {
    expect(await startContentCheck(extension)).toBeUndefined()
  })
})
