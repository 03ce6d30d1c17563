import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { UnsiloError } from '../../errors.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import {
  filesIn,
  folderAt,
  hour,
  hourly,
  id,
  publishing,
  publishTo,
  writesFolder,
  writesOne,
} from '../../../test/support/publishing-dataset.ts'
import type { LocalFile } from '../../target/target.ts'
import { copyLayout } from './layout.ts'
import { parseCopyManifest } from './manifest.ts'

const never = new AbortController().signal
const second = '2026-03-01T070000Z'

/** A dataset with so many parcels, and no targets of its own. */
async function withParcels(command: string, count = 1): Promise<ReturnType<typeof publishing>> {
  const test = publishing(command)
  test.configure(`${hourly}${command}`)
  for (let made = 0; made < count; made++) {
    if (made > 0) test.clock.advance(hour)
    await test.run()
  }
  return test
}

describe('the places of a dataset at a target', () => {
  it('mirror the root, or have a folder for each day', () => {
    expect(copyLayout('todo', 'mirror').data(`${id}/a`)).toBe(`todo/data/${id}/a`)
    expect(copyLayout('todo', 'daily').data(`${id}/a`)).toBe(`2026-03-01/todo/${id}/a`)
    expect(copyLayout('todo', 'daily').record('config.toml')).toBe('todo/config.toml')
  })

  it('by day hold parcels that the lists of hashes there still check', async () => {
    const test = await withParcels(writesFolder)
    const path = temporaryFolder()
    const { published, problems } = await publishTo(test, folderAt('nas', path, undefined, { layout: 'daily' }))
    expect(problems).toEqual([])
    expect(published).toMatchObject([{ path: `2026-03-01/todoist/${id}`, folder: true }])
    expect(filesIn(path).filter((name) => name.startsWith('2026'))).toEqual([
      `2026-03-01/todoist/${id}/b`,
      `2026-03-01/todoist/${id}/in é/a 😀`,
    ])
    const checked = execFileSync('sha256sum', ['--check', `../../todoist/log/${id}.sha256`], {
      cwd: join(path, '2026-03-01/todoist'),
      encoding: 'utf8',
    })
    expect(checked.match(/: OK$/gm)).toHaveLength(2)
  })
})

describe('a folder on its way to a target', () => {
  it('is not where parcels are before all of it is there and checked', async () => {
    const test = await withParcels(writesFolder)
    const path = temporaryFolder()
    const seen: string[][] = []
    const target = folderAt('nas', path, (inner) => ({
      put: async (...parameters) => {
        seen.push(filesIn(path))
        return inner.put(...parameters)
      },
      move: async (...parameters) => {
        seen.push(filesIn(path))
        return inner.move!(...parameters)
      },
    }))
    expect((await publishTo(test, target)).problems).toEqual([])
    const before = seen.flat().filter((name) => name.includes('/data/'))
    const staged = seen.flat().filter((name) => name.includes(`/incomplete/${id}~`))
    // Those that are seen when the records are put, after the move, are of a whole parcel.
    expect(new Set(before)).toEqual(new Set([`todoist/data/${id}/b`, `todoist/data/${id}/in é/a 😀`]))
    expect(seen.findIndex((names) => names.some((name) => name.includes('/data/')))).toBeGreaterThan(2)
    expect(staged.length).toBeGreaterThan(0)
    expect(filesIn(path).filter((name) => name.includes('incomplete'))).toEqual([])
  })

  it('is whole when the manifest names it, where nothing can be renamed', async () => {
    const test = await withParcels(writesFolder)
    const path = temporaryFolder()
    const order: string[] = []
    const target = folderAt('cloud', path, (inner) => ({
      move: undefined,
      put: (to, ...rest) => {
        order.push(to)
        return inner.put(to, ...rest)
      },
    }))
    expect((await publishTo(test, target)).problems).toEqual([])
    const manifest = order.indexOf('todoist/manifest.json')
    expect(order.lastIndexOf(`todoist/log/${id}.sha256`)).toBeLessThan(manifest)
    for (const name of ['b', 'in é/a 😀']) expect(order.indexOf(`todoist/data/${id}/${name}`)).toBeLessThan(manifest)
    expect(parseCopyManifest(readFileSync(join(path, 'todoist/manifest.json'), 'utf8'), '').parcels).toMatchObject([
      { id, path: `todoist/data/${id}`, isFolder: true, files: 2, bytes: 4 },
    ])
  })

  it('goes on after it was broken off with what is not there yet', async () => {
    const test = await withParcels(writesFolder)
    const path = temporaryFolder()
    let puts = 0
    const breaking = folderAt('nas', path, (inner) => ({
      parallel: 1,
      put: async (...parameters) => {
        puts += 1
        if (puts === 2) throw new UnsiloError('network', 'the line is dead', { retryable: true })
        return inner.put(...parameters)
      },
    }))
    expect((await publishTo(test, breaking)).problems).toMatchObject([{ code: 'network' }])
    const again: string[] = []
    const target = folderAt('nas', path, (inner) => ({
      put: (to, ...rest) => {
        again.push(to)
        return inner.put(to, ...rest)
      },
    }))
    expect(await publishTo(test, target)).toMatchObject({ published: [{ files: 2 }], problems: [] })
    expect(again.filter((name) => name.includes('/incomplete/'))).toHaveLength(1)
  })
})

describe('many files at once', () => {
  it('are handed to a target that takes them so, which reads them here itself', async () => {
    const test = await withParcels(writesFolder)
    const path = temporaryFolder()
    const handed: LocalFile[] = []
    const target = folderAt('nas', path, (inner) => ({
      putAll: async (files) => {
        handed.push(...files)
        for (const file of files) await inner.put(file.path, () => openFile(file.from), never)
        return 'hashed'
      },
    }))
    expect(await publishTo(test, target)).toMatchObject({ published: [{ files: 2, how: 'hash' }], problems: [] })
    expect(handed.map((file) => file.sizeBytes)).toEqual([2, 2])
  })

  it('are not, when one of them is not what was sealed', async () => {
    const test = await withParcels(writesFolder)
    writeFileSync(join(test.folder, 'data', id, 'b'), 'B\n')
    const refusing = { putAll: () => Promise.reject(new Error('it was asked to take them')) }
    const sampled = folderAt('nas', temporaryFolder(), () => refusing, { check: 'sample' })
    expect(await publishTo(test, sampled)).toMatchObject({ published: [], problems: [{ code: 'corrupt' }] })
    // What is read back in full needs no look before: it is found out then whose fault it is.
    const whole = folderAt('nas', temporaryFolder(), ({ putAll }) => ({ putAll }))
    expect((await publishTo(test, whole)).problems).toMatchObject([
      { code: 'corrupt', message: expect.stringContaining(`${test.folder}/data/${id}/b is not what was sealed`) },
    ])
  })
})

describe('a copy that is checked by a sample', () => {
  const many = `cmd = 'mkdir "$PARCEL_PATH" && for n in $(seq 60); do echo "number $n" > "$PARCEL_PATH/$n"; done'\n`

  it('is looked at by all sizes, and some bytes', async () => {
    const test = await withParcels(many)
    const read = new Set<string>()
    const target = folderAt(
      'nas',
      temporaryFolder(),
      (inner) => ({
        get: (path, ...rest) => {
          read.add(path)
          return inner.get(path, ...rest)
        },
      }),
      { check: 'sample' },
    )
    expect(await publishTo(test, target)).toMatchObject({ published: [{ how: 'sample', files: 60 }], problems: [] })
    const sampled = [...read].filter((path) => path.includes(`/incomplete/${id}~`))
    expect(sampled).toHaveLength(3)
  })

  it('is none when a file has another size, whichever it is', async () => {
    const test = await withParcels(many)
    const target = folderAt(
      'nas',
      temporaryFolder(),
      (inner) => ({
        put: (path, open, signal) =>
          inner.put(path, path.endsWith('/17') ? () => openText('longer than it was') : open, signal),
      }),
      { check: 'sample' },
    )
    expect(await publishTo(test, target)).toMatchObject({ published: [], problems: [{ code: 'corrupt' }] })
  })

  it.each(['the beginning', 'the end', 'a byte too many'])('of a large file is none when %s is wrong', async (what) => {
    const large = `cmd = 'head -c 3000000 /dev/zero > "$PARCEL_PATH.bin"'\n`
    const test = await withParcels(large)
    const wrong = Buffer.alloc(what === 'a byte too many' ? 3_000_001 : 3_000_000)
    if (what === 'the beginning') wrong[5] = 1
    if (what === 'the end') wrong[wrong.length - 5] = 1
    const target = folderAt(
      'nas',
      temporaryFolder(),
      (inner) => ({
        put: (path, open, signal) => inner.put(path, path.includes('.bin') ? () => openBytes(wrong) : open, signal),
      }),
      { check: 'sample' },
    )
    expect(await publishTo(test, target)).toMatchObject({ published: [], problems: [{ code: 'corrupt' }] })
  })

  it('is read to its last byte all the same when a part of it is of an earlier upload', async () => {
    const test = await withParcels(writesOne)
    const target = folderAt(
      'nas',
      temporaryFolder(),
      (inner) => ({
        put: async (...parameters) => {
          await inner.put(...parameters)
          return 'resumed'
        },
      }),
      { check: 'sample' },
    )
    expect(await publishTo(test, target)).toMatchObject({ published: [{ how: 'read back' }] })
  })
})

describe('the manifest at a target', () => {
  it('keeps what another machine has put there', async () => {
    const [one, other] = [await withParcels(writesOne), await withParcels(writesOne, 2)]
    rmSync(join(other.folder, 'data', `${id}.json`))
    const path = temporaryFolder()
    await publishTo(one, folderAt('nas', path))
    await publishTo(other, folderAt('nas', path))
    const { parcels } = parseCopyManifest(readFileSync(join(path, 'todoist/manifest.json'), 'utf8'), '')
    expect(parcels.map((parcel) => parcel.id)).toEqual([id, second])
  })

  it('is written before the ledger says that a copy is there', async () => {
    const test = await withParcels(writesOne)
    const target = folderAt('nas', temporaryFolder(), (inner) => ({
      put: (path, ...rest) =>
        path.endsWith('manifest.json')
          ? Promise.reject(new UnsiloError('network', 'the line is dead', { retryable: true }))
          : inner.put(path, ...rest),
    }))
    expect(await publishTo(test, target)).toMatchObject({ published: [], problems: [{ code: 'network' }] })
  })
})

describe('two machines that publish one dataset to one place at the same time', () => {
  it.each([true, false])('do no harm to its copies (a place that renames: %s)', async (renames) => {
    const machines = [await withParcels(writesFolder, 2), await withParcels(writesFolder, 2)]
    const path = temporaryFolder()
    const target = folderAt('nas', path, () => (renames ? {} : { move: undefined }))
    await Promise.all(machines.map((machine) => publishTo(machine, target)))
    // What one of them could not do is done by its next run.
    for (const machine of machines) expect((await publishTo(machine, target)).problems).toEqual([])
    for (const parcel of [id, second]) {
      for (const name of ['b', 'in é/a 😀']) {
        const copy = readFileSync(join(path, 'todoist/data', parcel, name), 'utf8')
        expect(copy).toBe(readFileSync(join(machines[0]!.folder, 'data', parcel, name), 'utf8'))
      }
    }
    expect(filesIn(path).filter((name) => name.includes('.tmp'))).toEqual([])
  })
})

function openBytes(bytes: Buffer): Readable {
  return Readable.from([bytes], { objectMode: false })
}

function openFile(path: string): Readable {
  return openBytes(readFileSync(path))
}

function openText(content: string): Readable {
  return openBytes(Buffer.from(content))
}
