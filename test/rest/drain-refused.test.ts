import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { acceptParcel } from '../../src/dataset/accept.ts'
import { parseParcelId } from '../../src/parcel/id.ts'
import { type DrainScene, drainScenes } from './drain.fixture.ts'

const start = drainScenes()
const forms = [
  { name: 'Mood', deleteable: true, records: 3 },
  { name: 'Person', deleteable: false, records: 2 },
]

/** The file of a parcel that holds this text. */
function fileWith(scene: DrainScene, parcel: string, text: string): string {
  const folder = join(scene.dataset.folder, 'data', parcel)
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = names.map((entry) => join(entry.parentPath, entry.name))
  return paths.find((path) => readFileSync(path, 'latin1').includes(text))!
}

describe('a parcel that is not what was sealed', () => {
  it.each([
    ['one flipped bit in a record', (path: string) => flipBit(path, 'participantRSA')],
    ['a body that is gone', (path: string) => rmSync(path)],
  ])('has nothing deleted for it: %s', async (_, damage) => {
    const scene = await start({ forms })
    const parcel = await scene.export()
    damage(fileWith(scene, parcel, 'participantRSA'))
    const { drained, problems } = await scene.drain()
    expect(problems).toMatchObject([{ severity: 'error', code: 'corrupt' }])
    expect(problems[0]!.message).toContain(`data/${parcel}/bodies/`)
    expect(drained.deleted).toBe(0)
    expect(scene.sent()).toEqual([])
    expect(scene.drainLines()).toEqual([])
  })

  it('counts as such when its list of hashes is gone, too', async () => {
    const scene = await start({ forms })
    const parcel = await scene.export()
    const path = fileWith(scene, parcel, 'participantRSA')
    flipBit(path, 'participantRSA')
    rmSync(join(scene.dataset.folder, 'log', `${parcel}.sha256`))
    const { problems } = await scene.drain()
    expect(problems).toMatchObject([{ severity: 'error', code: 'corrupt' }])
    expect(scene.sent()).toEqual([])
  })
})

function flipBit(path: string, after: string): void {
  const bytes = readFileSync(path)
  const at = bytes.indexOf(after) + after.length + 10
  bytes[at] = bytes[at]! ^ 1
  writeFileSync(path, bytes)
}

it('deletes nothing while the newest parcel is suspect, until it is accepted', async () => {
  const scene = await start({ forms }, '', 'guard.min_bytes = "1 MB"')
  scene.dataset.clock.advance(1000)
  const { exported } = await scene.dataset.run()
  expect(exported).toMatchObject({ state: 'suspect' })
  const parcel = exported!.parcel
  expect((await scene.drain()).drained).toMatchObject({
    deleted: 0,
    refused: `the newest parcel, ${parcel}, is suspect`,
  })
  expect(scene.sent()).toEqual([])
  await acceptParcel(await scene.dataset.open(), scene.dataset.context, parseParcelId(parcel))
  expect((await scene.drain()).drained).toMatchObject({ deleted: 3 })
})

it('deletes nothing while the stream is incomplete in the newest parcel, even when that was accepted', async () => {
  const scene = await start({ forms })
  await scene.export()
  scene.dataset.clock.advance(3_600_000)
  scene.service.plan([{ match: '/export/Mood', times: 'always', fault: { kind: 'status', status: 400 } }])
  const { exported, drained } = await scene.dataset.run()
  expect(exported).toMatchObject({ state: 'suspect' })
  expect(drained).toMatchObject({ refused: expect.stringContaining('is suspect') as string })
  const parcel = exported!.parcel
  await acceptParcel(await scene.dataset.open(), scene.dataset.context, parseParcelId(parcel))
  scene.service.plan([])
  const again = await scene.drain()
  expect(again.drained).toMatchObject({ refused: `the newest parcel, ${parcel}, does not hold all of entries` })
  expect(scene.sent()).toEqual([])
  await scene.export()
  expect((await scene.drain()).drained).toMatchObject({ deleted: 3 })
})

it('deletes nothing while the ledger is damaged, nor before there is a parcel', async () => {
  const scene = await start({ forms })
  expect((await scene.drain()).drained.refused).toBe('there is no parcel yet')
  await scene.export()
  const ledger = join(scene.dataset.folder, 'ledger.ndjson')
  writeFileSync(ledger, `garbage\n${readFileSync(ledger, 'utf8')}`)
  expect((await scene.drain()).drained.refused).toContain('ledger is damaged')
  expect(scene.sent()).toEqual([])
})

describe('with `after.targets`', () => {
  const after = 'after = { targets = ["vault"] }'

  function withVault(scene: DrainScene, vault: string): void {
    writeFileSync(join(scene.dataset.root, 'unsilo.toml'), `[targets.vault]\nkind = "folder"\npath = "${vault}"\n`)
  }

  it('waits until the target has the parcel, and deletes then', async () => {
    const scene = await start({ forms })
    // The folder around it is not there: the disk is not mounted.
    withVault(scene, 'disk/vault')
    scene.configure(after, 'publish = ["vault"]')
    const outcome = await scene.dataset.run()
    expect(outcome.exported).toMatchObject({ state: 'good' })
    expect(outcome.drained).toMatchObject({
      deleted: 0,
      stay: [
        { reason: 'target', target: 'vault', records: 3 },
        { reason: 'where', records: 2 },
      ],
    })
    withVault(scene, 'vault')
    const later = await scene.dataset.run()
    expect(later.problems).toEqual([])
    expect(later.published).toHaveLength(1)
    expect(later.drained).toMatchObject({ deleted: 3, stay: [{ reason: 'where', records: 2 }] })
    // Whoever has only the target left knows what was deleted because of it.
    const there = readFileSync(
      join(scene.dataset.root, `vault/${basename(scene.dataset.folder)}/ledger.ndjson`),
      'utf8',
    )
    expect(there).toBe(scene.dataset.read('ledger.ndjson'))
    expect(there).toContain('"event":"done"')
  })
})
