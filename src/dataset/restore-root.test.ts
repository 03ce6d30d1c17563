import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  type PublishingDataset,
  folderAt,
  hour,
  id,
  publishing,
  writesFolder,
  writesOne,
} from '../../test/support/publishing-dataset.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { testDataset } from '../../test/support/test-dataset.ts'
import { UnsiloError } from '../errors.ts'
import type { Target } from '../target/target.ts'
import { readHistory } from './history.ts'
import { layoutOf } from '../parcel/layout.ts'
import { systemFiles } from '../system/files.ts'
import { planPublish } from './publish-plan.ts'
import { type RestoreRootOptions, type RestoredRoot, restoreRoot } from './restore-root.ts'

const hourly = 'interval = "1 hour"\npublish = ["vault"]\n'

interface Scene extends PublishingDataset {
  vault: string
  to: string
  restore(options?: Partial<RestoreRootOptions>, change?: (target: Target) => Partial<Target>): Promise<RestoredRoot>
  /** Lines of the restored ledger, of one event. */
  lines(event: string, name?: string): Record<string, unknown>[]
}

/** Two datasets at a target, todoist with a file and photos with a folder. */
async function lost(config = ''): Promise<Scene> {
  const test = publishing(`${config}${writesOne}`)
  await test.run()
  const photos = testDataset(`${hourly}${writesFolder}`, 'photos', test.root)
  await photos.run()
  const vault = join(test.place, 'vault-disk/exports')
  const to = join(temporaryFolder(), 'root')
  return {
    ...test,
    vault,
    to,
    restore: (options = {}, change) =>
      restoreRoot(
        { from: folderAt('vault', vault, change), identities: [], besides: [], root: to, ...options },
        test.context,
      ),
    lines: (event, name = 'todoist') =>
      readHistory(systemFiles, layoutOf(join(to, name)))
        .entries.filter((entry) => entry.event === event)
        .map(({ line }) => JSON.parse(line) as Record<string, unknown>),
  }
}

const states = ({ datasets }: RestoredRoot): string[] => datasets.map(({ dataset, state }) => `${dataset} ${state}`)

describe('a root is restored', () => {
  it('with what its datasets need to go on: nothing is left over, nothing is to be published', async () => {
    const scene = await lost()
    const result = await scene.restore()
    expect(result).toMatchObject({
      root: scene.to,
      from: 'vault',
      configuration: 'restored',
      secrets: [],
      problems: [],
    })
    expect(states(result)).toEqual(['photos restored', 'todoist restored'])
    expect(result.datasets).toMatchObject([
      { parcels: 1, files: 2, bytes: 4 },
      { parcels: 1, files: 1, bytes: 4 },
    ])
    expect(fs.readdirSync(scene.to).sort()).toEqual(['photos', 'todoist', 'unsilo.toml'])
    expect(fs.readdirSync(join(scene.to, 'todoist')).sort()).toEqual(fs.readdirSync(scene.folder).sort())
    for (const name of ['config.toml', 'metrics.csv', `data/${id}.json`])
      expect(fs.readFileSync(join(scene.to, 'todoist', name))).toEqual(fs.readFileSync(join(scene.folder, name)))
    expect(fs.readFileSync(join(scene.to, `photos/log/${id}.sha256`), 'utf8')).toContain('in é/a 😀')
    const again = testDataset(fs.readFileSync(join(scene.to, 'todoist/config.toml'), 'utf8'), 'todoist', scene.to)
    expect(planPublish(await again.open(), again.history())).toEqual([])
    expect(scene.lines('verified')).toMatchObject([{ parcel: id, target: 'vault', ok: true, files: 1, bytes: 4 }])
    expect(scene.lines('restored')).toMatchObject([{ target: 'vault', parcels: 1, lost: {} }])
  })

  it('with the lines that the ledger at the target lacks', async () => {
    const scene = await lost()
    const ledger = join(scene.vault, 'todoist/ledger.ndjson')
    // As when the run was broken off after the manifest was written.
    const [started] = fs.readFileSync(ledger, 'utf8').split('\n')
    fs.writeFileSync(ledger, `${started}\n{"at":"2026-0`)
    await scene.restore()
    expect(scene.lines('sealed')).toMatchObject([{ parcel: id, state: 'good', name: `${id}.json`, recovered: true }])
    expect(scene.lines('published')).toMatchObject([{ parcel: id, target: 'vault', how: 'read back' }])
    const again = testDataset(`${hourly}${writesOne}`, 'todoist', scene.to)
    expect(again.history().damagedLines).toBe(0)
    expect((await again.run()).problems).toEqual([])
    fs.rmSync(ledger)
    fs.rmSync(scene.to, { recursive: true })
    await scene.restore()
    expect(scene.lines('sealed')).toHaveLength(1)
  })

  it('without what the manifest does not have any more, and says so', async () => {
    const scene = await lost()
    scene.clock.advance(hour)
    await scene.run()
    const path = join(scene.vault, 'todoist/manifest.json')
    const manifest = JSON.parse(fs.readFileSync(path, 'utf8')) as { parcels: unknown[] }
    fs.writeFileSync(path, JSON.stringify({ ...manifest, parcels: manifest.parcels.slice(1) }))
    const { datasets } = await scene.restore()
    expect(datasets[1]!.lost).toEqual({ [id]: 'it was at vault, and is not there any more' })
    expect(scene.lines('withdrawn')).toMatchObject([{ parcel: id, target: 'vault' }])
  })

  it('without a parcel whose copy is damaged, and with all others', async () => {
    const scene = await lost()
    scene.clock.advance(hour)
    await scene.run()
    fs.writeFileSync(join(scene.vault, `todoist/data/${id}.json`), '[2]\n')
    const result = await scene.restore()
    expect(states(result)).toEqual(['photos restored', 'todoist restored'])
    expect(result.datasets[1]).toMatchObject({
      parcels: 1,
      lost: { [id]: 'its copy at vault is not what was published' },
      problems: [{ severity: 'error', code: 'corrupt' }],
    })
    expect(fs.readdirSync(join(scene.to, 'todoist/data'))).toEqual(['2026-03-01T070000Z.json'])
    // The copy is an alarm from now on, and nobody mends it silently.
    expect(scene.lines('verified')).toMatchObject([
      { parcel: id, target: 'vault', ok: false, faults: [expect.stringContaining('another hash')] },
      { ok: true },
    ])
  })

  it('keeps what may hold the only copies of records that were deleted at their source', async () => {
    const scene = await lost()
    const config = join(scene.vault, 'todoist/config.toml')
    fs.appendFileSync(config, '\n[source.drain]\nenabled = true\n')
    await scene.restore()
    expect(scene.lines('restored')).toMatchObject([{ drained: [id] }])
    expect(scene.lines('restored', 'photos')[0]).not.toHaveProperty('drained')
  })
})

describe('a restore of a root that is broken off', () => {
  const breakingAt = (what: string): ((target: Target) => Partial<Target>) => {
    return (target) => ({
      get: (path, signal, range) =>
        path.includes(what)
          ? Promise.reject(new UnsiloError('network', 'the line is dead', { retryable: true }))
          : target.get(path, signal, range),
    })
  }

  it('goes on with what is missing, and fetches nothing twice', async () => {
    const scene = await lost()
    const broken = await scene.restore({}, breakingAt('/in é/'))
    expect(states(broken)).toEqual(['photos failed', 'todoist restored'])
    expect(broken.datasets[0]!.problems).toMatchObject([{ severity: 'error', code: 'network' }])
    expect(fs.readdirSync(scene.to).sort()).toEqual(['.unsilo-restore', 'todoist', 'unsilo.toml'])
    const b = join(scene.to, '.unsilo-restore/photos/data', id, 'b')
    const { ino } = fs.statSync(b)
    // Something that an earlier try would have left if it had been killed, and a file that is torn.
    fs.writeFileSync(join(scene.to, '.unsilo-restore/photos/data/.unsilo-0123456789ab-download.tmp'), 'half')
    const asked: string[] = []
    const result = await scene.restore({}, (target) => ({
      get: (path, signal, range) => {
        asked.push(path)
        return target.get(path, signal, range)
      },
    }))
    expect(states(result)).toEqual(['photos restored', 'todoist there'])
    expect(asked.filter((path) => path.includes('/data/'))).toEqual([`photos/data/${id}/in é/a 😀`])
    expect(fs.readdirSync(scene.to).sort()).toEqual(['photos', 'todoist', 'unsilo.toml'])
    expect(fs.readdirSync(join(scene.to, 'photos/data'))).toEqual([id])
    expect(fs.statSync(join(scene.to, 'photos/data', id, 'b')).ino).toBe(ino)
  })

  it('fetches again what has come and is not what it should be', async () => {
    const scene = await lost()
    await scene.restore({}, breakingAt('/in é/'))
    fs.writeFileSync(join(scene.to, '.unsilo-restore/photos/data', id, 'b'), 'torn')
    await scene.restore()
    expect(fs.readFileSync(join(scene.to, 'photos/data', id, 'b'), 'utf8')).toBe('b\n')
  })
})

describe('a root is not restored', () => {
  it('into a folder that has something, or where there is no disk', async () => {
    const scene = await lost()
    fs.mkdirSync(scene.to)
    fs.writeFileSync(join(scene.to, 'letter.txt'), 'mine')
    await expect(scene.restore()).rejects.toMatchObject({
      code: 'clash',
      message: expect.stringContaining('letter.txt'),
    })
    expect(fs.readdirSync(scene.to)).toEqual(['letter.txt'])
    // A file that the user has named may lie there.
    expect(states(await scene.restore({ besides: [join(scene.to, 'letter.txt')] }))).toHaveLength(2)
    await expect(scene.restore({ root: join(scene.to, 'a/b') })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('over its own unsilo.toml', async () => {
    const scene = await lost()
    fs.mkdirSync(scene.to)
    const own = '# mine\n[targets.other]\nkind = "folder"\npath = "/nowhere"\n'
    fs.writeFileSync(join(scene.to, 'unsilo.toml'), own)
    const result = await scene.restore()
    expect(result).toMatchObject({ configuration: 'beside', problems: [{ code: 'config', severity: 'warning' }] })
    expect(fs.readFileSync(join(scene.to, 'unsilo.toml'), 'utf8')).toBe(own)
    expect(fs.readFileSync(join(scene.to, 'unsilo.restored.toml'))).toEqual(
      fs.readFileSync(join(scene.root, 'unsilo.toml')),
    )
  })

  it('from a place that has nothing, or while another unsilo does it', async () => {
    const scene = await lost()
    const empty = folderAt('vault', temporaryFolder())
    await expect(scene.restore({ from: empty })).rejects.toMatchObject({ code: 'not-found' })
    expect(fs.existsSync(scene.to)).toBe(false)
    let open = (): void => undefined
    const gate = new Promise<void>((resolve) => (open = resolve))
    let arrive = (): void => undefined
    const arrived = new Promise<void>((resolve) => (arrive = resolve))
    const first = scene.restore({}, (target) => ({
      get: async (path, signal, range) => {
        arrive()
        await gate
        return target.get(path, signal, range)
      },
    }))
    await arrived
    await expect(scene.restore()).rejects.toMatchObject({ code: 'busy' })
    open()
    expect(states(await first)).toHaveLength(2)
  })
})

it('says what a target never has: secrets, modules and git', async () => {
  const scene = await lost()
  const references = 'TOKEN = { file = "token" }, PASS = { command = "touch ran; false" }, HERE = { env = "PATH" }'
  fs.appendFileSync(
    join(scene.vault, 'todoist/config.toml'),
    `env = { ${references} }\ngit = true\nsource.kind = "./mine.mjs"\n`,
  )
  const { secrets, datasets } = await scene.restore()
  expect(secrets).toEqual([
    { file: 'todoist/config.toml', key: 'env.TOKEN', where: 'the file token' },
    { file: 'todoist/config.toml', key: 'env.PASS', where: 'a command', untried: true },
  ])
  expect(datasets[1]!.problems.map(({ message }) => message)).toEqual([
    'its module ./mine.mjs is not at targets',
    'its git repository is not at targets',
  ])
})
