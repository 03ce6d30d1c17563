import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { createAccount } from '../../../test/simulator/account.ts'
import { printItems } from '../../../test/simulator/print-items.ts'
import { truthOf } from '../../../test/simulator/truth.ts'
import { archiveTrees } from '../../archive/archive.ts'
import { hasProgram } from '../../system/machine.ts'
import { systemFiles } from '../../system/files.ts'
import { parsePath } from '../../system/item-path.ts'
import type { Found } from '../item.ts'
import { viewOf } from '../view.fixture.ts'
import { eachOf, inChunks, itemsOf, plain } from './input.fixture.ts'
import { KnownItems } from './json/known-items.ts'
import { readBody, readItemBatches } from './read-items.ts'

const hasForeign = (await hasProgram('xz', '--version')) && (await hasProgram('bzip2', '--help'))

let folder: string
beforeEach(() => (folder = temporaryFolder()))

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  return path
}

async function archive(
  format: 'zip' | 'tar' | 'tar.gz' | 'tar.zst',
  of: string,
  to = `parcel.${format}`,
): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of archiveTrees(format, [{ folder: of }]).body) chunks.push(chunk)
  return write(to, Buffer.concat(chunks))
}

function zstd(content: string): Buffer {
  return execFileSync('zstd', ['-q', '-c'], { input: content })
}

const values = async (...parameters: Parameters<typeof itemsOf>) => plain(await itemsOf(...parameters))

describe('a parcel of one file', () => {
  it.each([
    ['a.json', '[1,{"a":2}]'],
    ['a.ndjson', '1\n{"a":2}'],
    ['a.json.gz', gzipSync('[1,{"a":2}]')],
    ['a.jsonl.gz', gzipSync('1\r\n\n{"a":2}\n')],
    ['a.json.zst', zstd('[1,{"a":2}]')],
  ])('is read as %s', async (name, content) => {
    expect(await values(write(name, content))).toEqual([1, { a: 2 }])
  })

  it('is read as a map of items, in JSON and in lines of it, and as CSV with lines before its header', async () => {
    const users = [
      { _name: 'a', n: 1 },
      { _name: 'b', value: [2] },
    ]
    expect(await values(write('a.json', '{"users":{"a":{"n":1},"b":[2]}}'), { items: ['users{*}'] })).toEqual(users)
    expect(await values(write('a.ndjson', '{"a":{"n":1}}\n{"b":[2]}\n'), { items: ['x', '{*}'] })).toEqual(users)
    expect(await values(write('a.json', '{"users":{}}'), { items: ['users{*}'] })).toEqual([])
    const csv = { header: 'Date' }
    expect(await values(write('a.csv', 'Account,1\nDate,Sum\n1,2\n'), { csv })).toEqual([{ Date: '1', Sum: '2' }])
  })

  it.skipIf(!hasForeign).each([
    ['json.xz', 'xz'],
    ['ndjson.bz2', 'bzip2'],
  ])('is read as %s, by the program %s', async (extension, program) => {
    const packed = execFileSync(program, ['-c'], { input: extension.startsWith('nd') ? '1\n{"a":2}' : '[1,{"a":2}]' })
    expect(await values(write(`a.${extension}`, packed))).toEqual([1, { a: 2 }])
  })

  it('is read as CSV, XML, a calendar, inside of a codec too', async () => {
    expect(await values(write('a.csv.gz', gzipSync('a,b\n1,2')))).toEqual([{ a: '1', b: '2' }])
    expect(await values(write('a.gpx.zst', zstd('<gpx><wpt lat="1"/></gpx>')), { element: 'wpt' })).toEqual([
      { '@lat': '1' },
    ])
    expect(await values(write('a.ics', 'BEGIN:VEVENT\nUID:1\nEND:VEVENT'))).toEqual([
      { component: 'VEVENT', id: '1', UID: '1' },
    ])
  })

  it('is an item itself where it is an object', async () => {
    expect(await values(write('a.json', '{"a":[1]}'))).toEqual([{ a: [1] }])
  })

  it('is read by the first path that it has', async () => {
    const path = write('a.json', '{"new":{"list":[1,2]},"other":[3],"none":null}')
    expect(await values(path, { items: ['old[*]', 'new.list', 'other'] })).toEqual([1, 2])
    expect(await values(path, { items: ['old', 'none'] })).toEqual([])
    expect(await values(path, { items: ['old', 'older[*]'] })).toEqual(['there is nothing at "old", "older[*]"'])
  })

  it.each([
    ['meta', '{"meta":{}}', '"meta" is an object, and no list; its values are "meta{*}"'],
    ['meta[*].a', '{"meta":{"a":1}}', '"meta" is an object, and no list; its values are "meta{*}"'],
    ['meta[*]', '{"meta":5}', '"meta" is a number, and no list'],
    ['meta.list', '[{"meta":1}]', 'the document is a list, and no object with "meta"; its elements are "[*]"'],
    ['a["b c"]{user}', '{"a":{"b c":[]}}', '"a["b c"]" is a list, and no object; its elements are "a["b c"][*]"'],
    ['a.b', '{"a":"b"}', '"a" is a text, and no object with "b"'],
    ['a.b', '{"b":[]}', undefined],
  ])('says why nothing is at %s in %s', async (path, text, because) => {
    const problem = `there is nothing at "${path}"${because === undefined ? '' : `: ${because}`}`
    expect(await values(write('a.json', text), { items: [path] })).toEqual([problem])
    expect(await values(write('a.ndjson', text), { items: [path] })).toEqual([`line 1: ${problem}`])
  })

  it('gives the lines of NDJSON around a bad one, each by its paths', async () => {
    const path = write('a.ndjson', '{"a":[1]}\n{"a":[2}\n{"b":1} x\n{"b":[3]}\n[4]\n')
    expect(await values(path, { items: ['a', 'b[*]'] })).toEqual([
      1,
      'line 2: not valid JSON: unexpected "}" in a number (byte 17)',
      'line 3: not valid JSON: unexpected "x" after the end of the value (byte 27)',
      3,
      'line 5: there is nothing at "a", "b[*]": the document is a list, and no object with "a"; its elements are "[*]"',
    ])
    expect((await values(path)).at(-1)).toEqual([4])
  })

  it('that is damaged gives what comes before', async () => {
    const random = Buffer.from(
      Array.from({ length: 400_000 }, (_, index) => (index * 7919 + (index >> 3) * 104729) & 0xff),
    )
    const whole = gzipSync(JSON.stringify([1, 2, random.toString('base64')]))
    const found = await values(write('a.json.gz', whole.subarray(0, whole.length - 1000)))
    expect(found).toEqual([1, 2, expect.stringContaining('not whole gzip data')])
  })

  it('that no view can read is one bad item', async () => {
    expect(await values(write('a.pdf', 'x'))).toEqual(['its name does not tell what kind of file it is'])
    expect(await values(write('a.xml', '<a/>'))).toEqual(['XML is read by `element`'])
    expect(await values(write('a.csv', 'a'), { items: ['a'] })).toEqual(['`items` is for JSON'])
    expect(await values(write('a.zip', 'x'))).toEqual([expect.stringContaining('not a whole zip archive')])
    expect(await values(join(folder, 'gone.json'))).toEqual([expect.stringContaining('no such file')])
  })

  it('may have items of 10 MB', async () => {
    const item = JSON.stringify({ text: 'x'.repeat(10_000_000) })
    const found = await itemsOf(write('a.json', `{"list":[${item},${item}]}`), { items: ['list'] })
    expect(found.map((one) => 'json' in one && one.json.length)).toEqual([item.length, item.length])
  })
})

describe('a folder', () => {
  const tree = (): string => {
    write('tree/b/2.json', '[2]')
    write('tree/b/._2.json', 'x')
    write('tree/a.json.gz', gzipSync('[1]'))
    write('tree/c.csv', 'n\n3')
    write('tree/picture.png', 'x')
    write('tree/t.xml', '<a/>')
    return join(folder, 'tree')
  }
  const files = (found: readonly Found[]) => found.map((one) => one.file)

  it('gives the items of all files that are read alike, in the order of their paths', async () => {
    const found = await itemsOf(tree())
    expect(plain(found)).toEqual([[1], [2], { n: '3' }].flat())
    expect(files(found)).toEqual(['a.json.gz', 'b/2.json', 'c.csv'])
  })

  it('tells of files that are named and cannot be read', async () => {
    expect(files(await itemsOf(tree(), { files: '*.json' }))).toEqual(['b/2.json'])
    expect(await values(tree(), { files: '*.{png,csv}' })).toEqual([
      { n: '3' },
      'picture.png: its name does not tell what kind of file it is',
    ])
  })

  it.each(['zip', 'tar', 'tar.gz', 'tar.zst'] as const)('is read inside of %s, too', async (format) => {
    const path = await archive(format, tree())
    expect(await values(path)).toEqual(await values(tree()))
    expect(await values(path, { files: 'b/*' })).toEqual([2])
    expect(await values(path, { items: ['x', '[*]'], files: '*.json' })).toEqual([2])
  })

  it.skipIf(!hasForeign).each([
    ['xz', 'tar.xz'],
    ['xz', 'txz'],
    ['bzip2', 'tar.bz2'],
  ])('is read inside of tar and %s, as %s', async (program, extension) => {
    const path = await archive('tar', tree())
    const packed = write(`b.${extension}`, execFileSync(program, ['-c', path]))
    expect(await values(packed)).toEqual(await values(tree()))
    writeFileSync(packed, readFileSync(packed).subarray(0, 100))
    expect((await values(packed)).at(-1)).toContain(`${program} failed`)
  })

  it('in which no file is read says nothing of items', async () => {
    expect(await values(tree(), { files: 'old/*.json' })).toEqual(['no file in it is like "old/*.json"'])
    expect(await values(await archive('zip', tree()), { files: 'x' })).toEqual(['no file in it is like "x"'])
    mkdirSync(join(folder, 'other'))
    expect(await values(join(folder, 'other'))).toEqual(['it has no file of a kind that the view reads'])
  })

  it('may hold archives', async () => {
    await archive('zip', tree(), 'more/1.zip')
    await archive('tar', tree(), 'more/2.tar')
    write('more/0.tar', 'x')
    const found = await itemsOf(join(folder, 'more'), { files: '*.json' })
    expect(files(found)).toEqual(['0.tar', '1.zip/b/2.json', '2.tar/b/2.json'])
    expect(files(await itemsOf(join(folder, 'more'), { files: '1.zip' }))).toEqual([
      // Any archive may hold what is named.
      '0.tar',
      '1.zip/a.json.gz',
      '1.zip/b/2.json',
      '1.zip/c.csv',
    ])
  })

  it('gives the other entries of an archive that is damaged', async () => {
    const path = await archive('tar', tree())
    writeFileSync(path, readFileSync(path).subarray(0, 3 * 512 + 100))
    const found = await values(path)
    expect(found[0]).toBe(1)
    expect(found.at(-1)).toContain('not a whole tar archive')
  })

  it('leaves nothing in the folder for temporary files', async () => {
    const temporary = join(folder, 'tmp')
    mkdirSync(temporary)
    vi.stubEnv('TMPDIR', temporary)
    write('tree/large.json', JSON.stringify({ x: 'y'.repeat(40_000_000), list: [5] }))
    const found = await values(await archive('zip', join(folder, 'tree')), { items: ['other', 'list'] })
    vi.unstubAllEnvs()
    expect(found).toEqual([5])
    expect(readdirSync(temporary)).toEqual([])
  })
})

describe('a parcel of the account simulator', () => {
  const account = createAccount({ seed: 7, start: new Date('2024-01-01T00:00:00Z') })
  account.advanceTo(new Date('2024-02-01T00:00:00Z'))
  const items = truthOf(account).itemsAt(account.now)

  it.each([
    ['json', 0, '', undefined],
    ['json', 2, '', undefined],
    ['json', 1, 'items', ['items[*]']],
    ['ndjson', 0, '', undefined],
  ] as const)('gives its items, printed as %s with indent %i in "%s"', async (format, indent, envelope, paths) => {
    const path = write(`a.${format}`, printItems(items, { format, indent, envelope }))
    expect(items.length).toBeGreaterThan(50)
    expect(await values(path, paths === undefined ? {} : { items: [...paths] })).toEqual(items)
  })

  it('gives its items, printed as CSV', async () => {
    const path = write('a.csv', printItems(items, { format: 'csv', indent: 0, envelope: '' }))
    const texts = items.map((item) =>
      Object.fromEntries(
        Object.entries(item).map(([name, value]: [string, unknown]) => [
          name,
          value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value),
        ]),
      ),
    )
    expect(await values(path)).toEqual(texts)
  })
})

describe('readBody', () => {
  it('gives the items of a page', async () => {
    const context = { signal: new AbortController().signal, files: systemFiles }
    const found: Found[] = []
    const bytes = inChunks(Buffer.from('{"data":[1,2],"next":null}'), 3)
    const paths = [parsePath('items'), parsePath('data')]
    for await (const batch of readBody(bytes, paths, 'bodies/000001.json', context)) found.push(...batch)
    expect(found.map((one) => one.file)).toEqual(['bodies/000001.json', 'bodies/000001.json'])
    expect(plain(found)).toEqual([1, 2])
  })
})

describe('readItemBatches', () => {
  const context = { signal: new AbortController().signal, files: systemFiles }

  it('gives the items of the parcel before where they stand again', async () => {
    const path = write('a.json', '[{"id":1},{"id":9},{"id":3}]')
    const before = [1, 2, 3].map((id) => Buffer.from(JSON.stringify({ id })))
    const parcel = { id: '', path, isFolder: false, extension: 'json' }
    const found: ReturnType<typeof eachOf> = []
    const known = KnownItems.of(before)
    for await (const batch of readItemBatches(parcel, viewOf(), { ...context, known }))
      found.push(...eachOf(batch, known))
    expect(found.map((one) => ('known' in one ? one.known : undefined))).toEqual([0, undefined, 2])
  })

  it.each(['json.gz', 'ndjson.gz'])(
    'gives what stands before the end of a file that is cut off: %s',
    async (extension) => {
      const ids = Array.from({ length: 500 }, (_, id) => JSON.stringify({ id }))
      const text = extension === 'json.gz' ? `[${ids.join(',')}]` : ids.join('\n')
      const path = write(`a.${extension}`, gzipSync(text).subarray(0, -20))
      const found: Found[] = []
      const parcel = { id: '', path, isFolder: false, extension }
      for await (const batch of readItemBatches(parcel, viewOf(), context)) found.push(...batch)
      expect(found.length).toBeGreaterThan(100)
      expect(found.slice(0, -1).map((one) => 'json' in one && one.json.toString())).toEqual(
        ids.slice(0, found.length - 1),
      )
      expect(found.at(-1)).toHaveProperty('problem')
    },
  )

  it('ends when it is cancelled', async () => {
    const path = write('a.json', '[1]')
    const signal = AbortSignal.abort(new Error('enough'))
    const parcel = { id: '', path, isFolder: false, extension: 'json' }
    const batches = readItemBatches(parcel, viewOf(), { ...context, signal })
    await expect(batches.next()).rejects.toThrow('enough')
  })
})
