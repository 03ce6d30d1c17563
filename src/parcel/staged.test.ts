import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { breakingFiles } from '../../test/support/breaking-files.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import type { Bytes } from '../codec/codec.ts'
import { systemFiles } from '../system/files.ts'
import { type Layout, layoutOf, logsOf } from './layout.ts'
import { type StageOptions, type StagedParcel, moveIntoData, stageParcel } from './staged.ts'

const id = '2026-03-01T060000Z'

function newLayout(): Layout {
  const layout = layoutOf(temporaryFolder())
  for (const folder of [layout.data, layout.incomplete, layout.log]) mkdirSync(folder)
  return layout
}

interface Stage {
  layout: Layout
  staged: StagedParcel
  /** Writes what an export command would, below `$PARCEL_PATH`. */
  put: (end: string, content: string | Buffer) => void
  names: () => string[]
}

function stage(options: Partial<StageOptions> = {}, files = systemFiles): Stage {
  const layout = newLayout()
  const staged = stageParcel(files, layout, id, { compress: 'none', ...options })
  const put = (end: string, content: string | Buffer): void => {
    mkdirSync(dirname(staged.path + end), { recursive: true })
    writeFileSync(staged.path + end, content)
  }
  return { layout, staged, put, names: () => readdirSync(layout.incomplete).sort() }
}

async function* bodyOf(...texts: string[]): Bytes {
  for (const text of texts) yield Buffer.from(text)
}

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('what a source streams', () => {
  it('becomes a file that is hashed and checked on the way', async () => {
    const { staged, names } = stage()
    await staged.write('json', bodyOf('[1,', ' 2]\n'))
    expect(staged.bytesSoFar()).toBe(7)
    const { stored, manifest } = await staged.finish()
    expect(names()).toEqual([`${id}.json`])
    expect(stored).toMatchObject({ id, extension: 'json', isFolder: false })
    expect(manifest).toEqual({ files: 1, bytes: 7, sha256: sha256('[1, 2]\n') })
  })

  it('is compressed on the way, and the hash is that of the file', async () => {
    const { staged, names } = stage({ compress: 'gzip' })
    await staged.write('json', bodyOf('[1]'))
    const { stored, manifest } = await staged.finish()
    const bytes = readFileSync(stored.path)
    expect(names()).toEqual([`${id}.json.gz`])
    expect(manifest).toEqual({ files: 1, bytes: bytes.length, sha256: sha256(bytes) })
    expect(gunzipSync(bytes).toString()).toBe('[1]')
  })

  it('is refused at the place where it stops being what it claims to be', async () => {
    for (const compress of ['none', 'gzip'] as const) {
      const { staged } = stage({ compress })
      await expect(staged.write('json', bodyOf('[1]', 'x'))).rejects.toMatchObject({ code: 'wrong-content' })
    }
    const { staged } = stage({ require: 'json' })
    await expect(staged.write('txt', bodyOf('not json'))).rejects.toMatchObject({ code: 'wrong-content' })
  })

  it('is empty when nothing came', async () => {
    for (const compress of ['none', 'gzip'] as const) {
      await expect(stage({ compress }).staged.write('json', bodyOf())).rejects.toMatchObject({ code: 'empty' })
    }
  })

  it('passes on the error of its body', async () => {
    async function* broken(): Bytes {
      yield Buffer.from('[1')
      await Promise.resolve()
      throw new Error('connection reset')
    }
    await expect(stage().staged.write('json', broken())).rejects.toThrow('connection reset')
  })

  it('leaves nothing for the next try once it is cleared', async () => {
    const { staged, put, names } = stage()
    await expect(staged.write('json', bodyOf('[1'))).rejects.toThrow('JSON')
    put('/deep/file', 'x')
    put('.csv', 'a')
    await staged.clear()
    expect(names()).toEqual([])
    expect(staged.bytesSoFar()).toBe(0)
    await staged.write('json', bodyOf('[2]'))
    expect((await staged.finish()).manifest.sha256).toBe(sha256('[2]'))
  })
})

describe('what a command writes', () => {
  it('is taken with the extension that it chose', async () => {
    const { staged, put } = stage()
    put('.JSON', '[1]')
    expect(staged.bytesSoFar()).toBe(3)
    const { stored, manifest } = await staged.finish()
    expect(stored).toMatchObject({ name: `${id}.JSON`, extension: 'json' })
    expect(manifest).toEqual({ files: 1, bytes: 3, sha256: sha256('[1]') })
  })

  it('may be a bare file, whose content claims nothing', async () => {
    const { staged, put } = stage()
    put('', 'anything')
    expect((await staged.finish()).stored).toMatchObject({ name: id, extension: '' })
  })

  it('is missing when there is nothing', async () => {
    await expect(stage().staged.finish()).rejects.toMatchObject({
      code: 'empty',
      message: 'the command ended well, but wrote nothing to $PARCEL_PATH',
    })
  })

  it('is a clash when there is more than one entry, and all of them are named', async () => {
    const { staged, put } = stage()
    put('.json', '[1]')
    put('.csv', 'a')
    await expect(staged.finish()).rejects.toMatchObject({
      code: 'clash',
      message: `the command wrote more than one parcel: ${id}.csv, ${id}.json`,
    })
  })

  it('is empty when it has no bytes, as a file, as a folder, and with empty files in it', async () => {
    const { staged: file, put: putFile } = stage()
    putFile('.json', '')
    await expect(file.finish()).rejects.toMatchObject({ code: 'empty', message: 'the parcel is empty (0 bytes)' })
    const { staged: folder } = stage()
    mkdirSync(join(folder.path, 'deep'), { recursive: true })
    await expect(folder.finish()).rejects.toMatchObject({ code: 'empty', message: 'the parcel holds no file' })
    const { staged: hollow, put } = stage()
    put('/a', '')
    await expect(hollow.finish()).rejects.toMatchObject({ code: 'empty', message: 'the parcel is empty (0 bytes)' })
  })

  it('is refused when it does not parse as what its name says', async () => {
    const { staged, put } = stage()
    put('.json', '[1')
    await expect(staged.finish()).rejects.toMatchObject({
      code: 'wrong-content',
      message: expect.stringContaining(`${id}.json`) as string,
    })
    const { staged: packed, put: putPacked } = stage()
    putPacked('.json.gz', gzipSync('[1]').subarray(0, -3))
    await expect(packed.finish()).rejects.toMatchObject({ code: 'wrong-content' })
  })

  it('must be what `require` asks for, whatever its name, in each file of a folder', async () => {
    const { staged, put } = stage({ require: 'json' })
    put('/a.json', '[1]')
    put('/deep/b.txt', 'text')
    await expect(staged.finish()).rejects.toMatchObject({
      code: 'wrong-content',
      message: expect.stringContaining('b.txt') as string,
    })
  })

  it.each([false, true])('is refused at once when it is a pipe (in a folder: %s)', async (isInside) => {
    const { staged } = stage()
    if (isInside) mkdirSync(staged.path)
    execFileSync('mkfifo', [isInside ? join(staged.path, 'pipe') : `${staged.path}.json`])
    await expect(staged.finish()).rejects.toMatchObject({
      code: 'wrong-content',
      message: expect.stringContaining('is neither a file nor a folder') as string,
    })
  })

  it('is refused when it is a link, which could change after it is sealed', async () => {
    for (const target of ['/etc/passwd', '/etc', 'nowhere']) {
      const { staged } = stage()
      symlinkSync(target, `${staged.path}.txt`)
      await expect(staged.finish(), target).rejects.toMatchObject({ code: 'wrong-content' })
    }
  })

  it('may hold links inside a folder, which are kept as links', async () => {
    const { staged, put } = stage()
    put('/file', 'x')
    symlinkSync('file', join(staged.path, 'link'))
    symlinkSync('/nowhere', join(staged.path, 'broken'))
    expect((await staged.finish()).manifest).toMatchObject({ files: 1, bytes: 1 })
  })
})

describe('with compress = "gzip"', () => {
  it('a file that a command wrote is replaced by its compressed form', async () => {
    for (const [end, name] of [
      ['.json', `${id}.json.gz`],
      ['.JSON', `${id}.json.gz`],
      ['', `${id}.gz`],
    ] as const) {
      const { staged, put, names } = stage({ compress: 'gzip' })
      put(end, '[1]')
      const { stored, manifest } = await staged.finish()
      const bytes = readFileSync(stored.path)
      expect(names()).toEqual([name])
      expect(gunzipSync(bytes).toString()).toBe('[1]')
      expect(manifest).toEqual({ files: 1, bytes: bytes.length, sha256: sha256(bytes) })
    }
  })

  it.each(['.json.gz', '.tgz', '.zip', '.tar.xz'])('a file that is packed already stays as it is (%s)', async (end) => {
    const { staged, put, names } = stage({ compress: 'gzip' })
    const content = end === '.zip' ? Buffer.from(`PK\x05\x06${'\0'.repeat(18)}`, 'latin1') : gzipSync('[1]')
    put(end, content)
    await staged.finish()
    expect(names()).toEqual([id + end])
  })

  it('a folder is an error that says what to do', async () => {
    const { staged, put } = stage({ compress: 'gzip' })
    put('/a', 'x')
    await expect(staged.finish()).rejects.toMatchObject({
      code: 'wrong-content',
      message: 'compress = "gzip" needs one file, and the command made a folder',
    })
  })

  it('what does not parse is refused, and the original is still there', async () => {
    const { staged, put, names } = stage({ compress: 'gzip' })
    put('.json', '[1')
    await expect(staged.finish()).rejects.toMatchObject({ code: 'wrong-content' })
    expect(names()).toContain(`${id}.json`)
  })

  it('an empty file is empty, though its compressed form would not be', async () => {
    const { staged, put } = stage({ compress: 'gzip' })
    put('.json', '')
    await expect(staged.finish()).rejects.toMatchObject({ code: 'empty' })
  })
})

describe('the list of hashes of a folder', () => {
  it('is what sha256sum checks, for any name that a file can have', async () => {
    const { staged, put, layout } = stage()
    const names = [
      'plain',
      'with space',
      'back\\slash',
      'new\nline',
      'return\rhere',
      'été 写真 🗂',
      'quo\'te"s',
      '-dash',
      ' lead',
      '.hidden',
      'deep/er/file',
      'a\\nb',
    ]
    for (const name of names) put(`/${name}`, `content of ${name}`)
    const finished = await staged.finish()
    await moveIntoData(systemFiles, layout, finished)
    const list = logsOf(layout, id).hashes
    expect(sha256(readFileSync(list))).toBe(finished.manifest.sha256)
    const said = execFileSync('sha256sum', ['--check', '--strict', list], { cwd: layout.data, encoding: 'utf8' })
    expect(said.trim().split('\n')).toHaveLength(names.length)
  })

  it('is in the order of the names, so that the same files have the same hash', async () => {
    const manifests = []
    for (const order of [
      ['a', 'b/c', 'b/d', 'e'],
      ['e', 'b/d', 'a', 'b/c'],
    ]) {
      const { staged, put } = stage()
      for (const name of order) put(`/${name}`, name)
      manifests.push((await staged.finish()).manifest)
    }
    expect(manifests[0]).toEqual(manifests[1])
    expect(manifests[0]!.hashList!.split('\n').map((line) => line.slice(66))).toEqual([
      `${id}/a`,
      `${id}/b/c`,
      `${id}/b/d`,
      `${id}/e`,
      '',
    ])
  })
})

describe('moving into data/', () => {
  it('never replaces a parcel of the same id, whatever its extension', async () => {
    for (const name of [`${id}.json`, `${id}.csv`, id]) {
      const { staged, put, layout, names } = stage()
      writeFileSync(join(layout.data, name), 'old')
      put('.json', '[1]')
      await expect(moveIntoData(systemFiles, layout, await staged.finish())).rejects.toMatchObject({ code: 'clash' })
      expect(readFileSync(join(layout.data, name), 'utf8')).toBe('old')
      expect(names()).toEqual([`${id}.json`])
    }
  })

  it('happens after every file and folder of the parcel is durable, and is made durable itself', async () => {
    const { files, steps } = breakingFiles(() => 'go on')
    const { staged, put, layout } = stage({}, files)
    put('/a', '1')
    put('/deep/b', '2')
    await moveIntoData(files, layout, await staged.finish())
    const moved = steps.indexOf(`rename ${staged.path} to ${join(layout.data, id)}`)
    expect(moved).toBeGreaterThan(0)
    for (const path of [`${staged.path}/a`, `${staged.path}/deep/b`, `${staged.path}/deep`, staged.path]) {
      expect(steps.slice(0, moved)).toContain(`sync ${path}`)
    }
    expect(steps.slice(moved + 1)).toEqual([`sync ${layout.data}`])
  })
})
