import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  type PublishingDataset,
  folderAt,
  hour,
  id,
  publishTo,
  publishing,
  writesFolder,
  writesOne,
} from '../../test/support/publishing-dataset.ts'
import { newKey } from '../../test/restore/bare-machine.fixture.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { UnsiloError } from '../errors.ts'
import { systemFiles } from '../system/files.ts'
import { type NamedTarget } from './copies/targets.ts'
import { hashOf } from './parcel-contents.ts'
import { type RestoreFromOptions, type RestoredFrom, restoreFrom } from './restore-from.ts'

interface Scene extends PublishingDataset {
  /** The dataset's folder at the target. */
  there: string
  vault: NamedTarget
  restore(options?: Partial<RestoreFromOptions>): Promise<RestoredFrom & { to: string }>
  /** Why it fails; nothing may have been left then. */
  refusal(options?: Partial<RestoreFromOptions>): Promise<Pick<UnsiloError, 'code' | 'message' | 'hint'>>
  editManifest(change: (parcel: Record<string, unknown>) => unknown): void
}

/** A dataset with one published parcel. */
async function published(config: string): Promise<Scene> {
  const test = publishing(config)
  expect((await test.run()).published).toHaveLength(1)
  const place = join(test.place, 'vault-disk/exports')
  const there = join(place, 'todoist')
  const vault = folderAt('vault', place)
  const restore: Scene['restore'] = async (options = {}) => {
    const to = options.to ?? join(temporaryFolder(), 'back')
    const { folder } = test
    const all = {
      from: vault,
      identities: [],
      name: 'todoist',
      folder,
      parcel: 'latest' as const,
      raw: false,
      ...options,
      to,
    }
    return { ...(await restoreFrom(all, test.context)), to }
  }
  return {
    ...test,
    there,
    vault,
    restore,
    async refusal(options = {}) {
      const around = temporaryFolder()
      const error = await restore({ to: join(around, 'back'), ...options }).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(fs.readdirSync(around)).toEqual([])
      if (!(error instanceof UnsiloError)) throw new Error('it did not fail', { cause: error })
      const { code, message, hint } = error
      return { code, message, hint }
    },
    editManifest(change) {
      const path = join(there, 'manifest.json')
      const manifest = JSON.parse(fs.readFileSync(path, 'utf8')) as { parcels: Record<string, unknown>[] }
      fs.writeFileSync(path, JSON.stringify({ ...manifest, parcels: manifest.parcels.flatMap(change) }))
    },
  }
}

describe('a parcel is restored from a target', () => {
  it('as it is restored from here: a file, decompressed, or as it lies there', async () => {
    const scene = await published(`compress = "gzip"\n${writesOne}`)
    const { parcels, problems, to } = await scene.restore()
    expect([parcels, problems]).toMatchObject([
      [
        {
          dataset: 'todoist',
          parcel: id,
          state: 'good',
          how: 'decompressed',
          files: 1,
          verified: true,
          from: 'vault',
          to,
        },
      ],
      [],
    ])
    expect(fs.readdirSync(to)).toEqual([`${id}.json`])
    expect(fs.readFileSync(join(to, `${id}.json`), 'utf8')).toBe('[1]\n')
    const raw = await scene.restore({ raw: true, parcel: id })
    expect(fs.readdirSync(raw.to)).toEqual([`${id}.json.gz`])
  })

  it('a folder with its odd names, when the dataset and its root are gone', async () => {
    const scene = await published(writesFolder)
    fs.rmSync(scene.root, { recursive: true })
    const { parcels, to } = await scene.restore()
    expect(parcels).toMatchObject([{ how: 'copied', files: 2, verified: true }])
    expect(fs.readdirSync(to).sort()).toEqual(['b', 'in é'])
    expect(fs.readFileSync(join(to, 'in é/a 😀'), 'utf8')).toBe('a\n')
  })

  it('a folder of archives, extracted into one tree', async () => {
    const folder = temporaryFolder()
    for (const name of ['a', 'b']) {
      fs.mkdirSync(join(folder, name))
      fs.writeFileSync(join(folder, name, 'x.txt'), name)
    }
    const scene = await published(`[source]\nkind = "folder"\npath = "${folder}"\nformat = "tar"\nsplit = true\n`)
    fs.rmSync(scene.folder, { recursive: true })
    const { parcels, to } = await scene.restore()
    expect(parcels).toMatchObject([{ how: 'extracted', files: 2 }])
    expect(fs.readFileSync(join(to, 'b/x.txt'), 'utf8')).toBe('b')
  })

  it('with all others, each into a folder of its own, or raw as in data/', async () => {
    const scene = await published(writesOne)
    scene.clock.advance(hour)
    await scene.run()
    scene.configure(`publish = ["vault"]\ninterval = "1 hour"\n${writesFolder}`)
    scene.clock.advance(hour)
    await scene.run()
    const all = await scene.restore({ parcel: 'all' })
    const [a, b, c] = fs.readdirSync(all.to).sort()
    expect([a, all.parcels.length]).toEqual([id, 3])
    expect(fs.readdirSync(join(all.to, b!))).toEqual([`${b!}.json`])
    expect(fs.readdirSync(join(all.to, c!)).sort()).toEqual(['b', 'in é'])
    const raw = await scene.restore({ parcel: 'all', raw: true })
    expect(fs.readdirSync(raw.to).sort()).toEqual(scene.names('data'))
  })

  it('into an empty folder and never over anything, also after a restore was killed', async () => {
    const scene = await published(writesOne)
    const to = temporaryFolder()
    fs.mkdirSync(join(to, '.unsilo-0123456789ab-restore.tmp/data'), { recursive: true })
    await scene.restore({ to })
    expect(fs.readdirSync(to)).toEqual([`${id}.json`])
    await expect(scene.restore({ to })).rejects.toMatchObject({ code: 'clash' })
    await expect(scene.restore({ to: join(to, 'a/b') })).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('nothing is restored', () => {
  it('of encrypted copies without a key, or with another one', async () => {
    const [own, other] = [await newKey(), await newKey()]
    const test = publishing(writesFolder)
    fs.rmSync(join(test.place, 'vault-disk'), { recursive: true })
    await test.run()
    const path = temporaryFolder()
    const encrypt = { kind: 'age' as const, recipients: [own.recipient] }
    const from = folderAt('vault', path, () => ({}), { encrypt })
    expect((await publishTo(test, from)).published).toHaveLength(1)
    fs.rmSync(test.root, { recursive: true })
    const to = join(temporaryFolder(), 'back')
    const restore = (identities: string[], by = from): Promise<RestoredFrom> =>
      restoreFrom(
        { from: by, identities, name: 'todoist', folder: test.folder, parcel: 'all', raw: false, to },
        test.context,
      )
    await expect(restore([])).rejects.toMatchObject({ code: 'usage', hint: expect.stringContaining(own.recipient) })
    await expect(restore([other.identity])).rejects.toMatchObject({
      code: 'auth',
      message: expect.stringContaining('todoist/manifest.json.age at vault'),
      hint: expect.stringContaining(own.recipient),
    })
    expect(fs.existsSync(to)).toBe(false)
    // Whoever has only the place and the key need not know that it is encrypted.
    const { parcels } = await restore([other.identity, own.identity], folderAt('vault', path))
    expect(parcels).toMatchObject([{ files: 2, to: join(to, id) }])
    expect(fs.readFileSync(join(to, id, 'in é/a 😀'), 'utf8')).toBe('a\n')
  })

  it('of what is not what was published, and what else can be tried is said', async () => {
    const scene = await published(writesOne)
    scene.clock.advance(hour)
    await scene.run()
    const damaged = join(scene.there, `data/${id}.json`)
    fs.writeFileSync(damaged, '[2]\n')
    expect(await scene.refusal({ parcel: id })).toEqual({
      code: 'corrupt',
      message: `todoist/data/${id}.json at vault is not what was published: it has another hash`,
      hint: 'Nothing of it was restored. Try another parcel, as 2026-03-01T070000Z (--parcel).',
    })
    // The others are, when all are asked for.
    const { parcels, problems, to } = await scene.restore({ parcel: 'all' })
    expect([parcels.length, problems]).toMatchObject([1, [{ severity: 'error', code: 'corrupt' }]])
    expect(fs.readdirSync(to)).toEqual(['2026-03-01T070000Z'])
    fs.rmSync(damaged)
    expect((await scene.refusal({ parcel: id })).message).toContain(`${id}.json is missing at vault`)
  })

  it('of a folder of which one file is another, and the other target that has it is named', async () => {
    const scene = await published(writesFolder)
    const nas = folderAt('nas', join(scene.place, 'nas'))
    expect((await publishTo(scene, nas)).problems).toEqual([])
    fs.writeFileSync(join(scene.there, 'data', id, 'b'), 'B\n')
    expect(await scene.refusal()).toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(`data/${id}/b at vault`),
      hint: 'Nothing of it was restored. Try the same parcel from nas (--from).',
    })
  })

  it('of what the ledger here knows otherwise, whatever the manifest says', async () => {
    const scene = await published(writesOne)
    fs.writeFileSync(join(scene.there, `data/${id}.json`), '[2]\n')
    scene.editManifest((parcel) => ({ ...parcel, sha256: hashOf('[2]\n') }))
    expect(await scene.refusal()).toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('what was sealed'),
    })
    // Without that ledger, the one at the target tells.
    fs.rmSync(scene.folder, { recursive: true })
    expect(await scene.refusal()).toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('what was sealed'),
    })
  })

  it('when there is no such dataset, parcel or manifest, and what there is is said', async () => {
    const scene = await published(writesOne)
    expect(await scene.refusal({ name: 'todo' })).toEqual({
      code: 'not-found',
      message: 'vault has no todo/manifest.json: no dataset of that name',
      hint: 'It has: todoist.',
    })
    expect(await scene.refusal({ parcel: '2026-03-01T065959Z' })).toMatchObject({
      code: 'not-found',
      hint: `It has 1; the nearest is ${id}, the newest ${id}.`,
    })
    fs.writeFileSync(join(scene.there, 'manifest.json'), '{"unsilo":2,"dataset":"todoist","parcels":[]}')
    expect(await scene.refusal()).toMatchObject({ code: 'corrupt', hint: expect.stringContaining('newer unsilo') })
  })

  it('when the disk is full, and the folder is left as it was', async () => {
    const scene = await published(writesFolder)
    const full = new UnsiloError('no-space', 'the disk is full')
    const files = {
      ...systemFiles,
      async create(path: string) {
        const sink = await systemFiles.create(path)
        if (!path.includes('-download.tmp')) return sink
        return { ...sink, write: () => Promise.reject(full), sync: () => sink.sync(), close: () => sink.close() }
      },
    }
    const around = temporaryFolder()
    const context = { ...scene.context, system: { ...scene.system, files } }
    const options = {
      from: scene.vault,
      identities: [],
      name: 'todoist',
      folder: scene.folder,
      parcel: 'all' as const,
      raw: true,
    }
    await expect(restoreFrom({ ...options, to: join(around, 'back') }, context)).rejects.toThrow(full)
    expect(fs.readdirSync(around)).toEqual([])
  })
})

describe('a hostile target', () => {
  it.each([
    ['data/../../../../evil', 'a path of the manifest that leads out'],
    [`todoist/data/${id}.json/../../../../../evil`, 'a path of the manifest with dots'],
    [`/${id}.json`, 'an absolute path'],
    [`todoist/data/${id}.json\0`, 'NUL'],
    [`../${id}.json`, 'a parcel outside of the place'],
  ])('gets nowhere with %j: %s', async (path) => {
    const scene = await published(writesOne)
    fs.writeFileSync(join(scene.place, `${id}.json`), '[1]\n')
    fs.rmSync(join(scene.there, 'ledger.ndjson'))
    scene.editManifest((parcel) => ({ ...parcel, path }))
    expect(['corrupt', 'usage']).toContain((await scene.refusal()).code)
  })

  it.each([
    '../../evil',
    `${id}/../../evil`,
    '/tmp/evil',
    `${id}/a/../../../evil`,
    `${id}/a\0b`,
    `${id}//a`,
    `${id}/.`,
    'b',
    id,
  ])('gets nowhere with the file %j in a list of hashes', async (path) => {
    const scene = await published(writesFolder)
    fs.rmSync(scene.root, { recursive: true })
    fs.rmSync(join(scene.there, 'ledger.ndjson'))
    const list = `${hashOf('b\n')}  ${path}\n`
    fs.writeFileSync(join(scene.there, `log/${id}.sha256`), list)
    scene.editManifest((parcel) => ({ ...parcel, sha256: hashOf(list) }))
    expect(await scene.refusal()).toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('no file of the parcel'),
    })
  })

  it.each([
    ['names one file twice', `b\n${id}/b`],
    ['makes a file of a folder', `b\n${id}/b/c`],
  ])('gets nowhere with a list that %s', async (_, lines) => {
    const scene = await published(writesFolder)
    fs.rmSync(scene.root, { recursive: true })
    fs.rmSync(join(scene.there, 'ledger.ndjson'))
    const list = `${id}/${lines}`
      .split('\n')
      .map((path) => `${hashOf('b\n')}  ${path}\n`)
      .join('')
    fs.writeFileSync(join(scene.there, `log/${id}.sha256`), list)
    scene.editManifest((parcel) => ({ ...parcel, sha256: hashOf(list) }))
    await scene.refusal()
  })

  it('writes through no link that it has', async () => {
    const scene = await published(writesFolder)
    fs.rmSync(scene.root, { recursive: true })
    const outside = temporaryFolder()
    fs.rmSync(join(scene.there, 'data', id), { recursive: true })
    fs.symlinkSync(outside, join(scene.there, 'data', id))
    expect(await scene.refusal()).toMatchObject({ code: 'corrupt' })
    expect(fs.readdirSync(outside)).toEqual([])
  })

  it('is not believed that a parcel of one name is another', async () => {
    const scene = await published(writesOne)
    scene.editManifest((parcel) => [parcel, { ...parcel }])
    expect(await scene.refusal()).toMatchObject({ message: expect.stringContaining('names a parcel twice') })
  })
})
