import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Killed, breakingFiles } from '../../../test/support/breaking-files.ts'
import {
  type PublishingDataset,
  filesIn,
  folderAt,
  hour,
  hourly,
  publishing,
  publishTo,
  writesFolder,
  writesOne,
} from '../../../test/support/publishing-dataset.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { verifyDataset } from '../verify.ts'
import { parseCopyManifest } from './manifest.ts'
import type { CopySettings } from './targets.ts'

async function exported(test: PublishingDataset, count: number): Promise<void> {
  for (let made = 0; made < count; made++) {
    await test.run()
    test.clock.advance(hour)
  }
}

/** A dataset with six parcels, 06:00 to 11:00, none published yet. */
async function sixParcels(command = writesOne): Promise<PublishingDataset> {
  const test = publishing(command)
  test.configure(`${hourly}${command}`)
  await exported(test, 6)
  return test
}

function hoursAt(path: string): string[] {
  const parcels = filesIn(path).filter((name) => name.includes('/data/'))
  return [...new Set(parcels.map((name) => /T(\d\d)/.exec(name)![1]!))]
}

const keepsThree: Partial<CopySettings> = { retention: 3, max_delete: 10 }

describe('the retention of a target', () => {
  it('keeps from there what it would remove at once', async () => {
    const test = await sixParcels()
    const path = temporaryFolder()
    const { published, withdrawn } = await publishTo(test, folderAt('nas', path, undefined, keepsThree))
    expect([published.length, withdrawn]).toEqual([3, []])
    expect(hoursAt(path)).toEqual(['09', '10', '11'])
  })

  it.each([writesOne, writesFolder])(
    'removes what it does not keep, with its list, and says so (%j)',
    async (command) => {
      const test = await sixParcels(command)
      const path = temporaryFolder()
      await publishTo(test, folderAt('nas', path))
      const { withdrawn, problems } = await publishTo(test, folderAt('nas', path, undefined, keepsThree))
      expect(problems).toEqual([])
      expect(withdrawn).toMatchObject([
        { event: 'withdrawn', parcel: '2026-03-01T060000Z', target: 'nas', because: 'older than the last 3' },
        { parcel: '2026-03-01T070000Z' },
        { parcel: '2026-03-01T080000Z' },
      ])
      expect(hoursAt(path)).toEqual(['09', '10', '11'])
      expect(filesIn(path).filter((name) => /T0[678]/.test(name))).toEqual([])
      const { parcels } = parseCopyManifest(readFileSync(join(path, 'todoist/manifest.json'), 'utf8'), '')
      expect(parcels.map(({ id }) => id.slice(11, 13))).toEqual(['09', '10', '11'])
      // What it has let go is not brought back.
      expect(await publishTo(test, folderAt('nas', path, undefined, keepsThree))).toMatchObject({
        published: [],
        withdrawn: [],
      })
      expect(await publishTo(test, folderAt('nas', path))).toMatchObject({ published: [] })
    },
  )

  it('tells what could not be deleted as a risk, copies all the same, and tries again with the next that goes', async () => {
    const test = await sixParcels()
    const path = temporaryFolder()
    await publishTo(test, folderAt('nas', path))
    const { files } = breakingFiles((_, step) => (/^remove .*T06/.test(step) ? { refuse: 'EACCES' } : 'go on'))
    const { withdrawn, problems } = await publishTo(test, folderAt('nas', path, undefined, keepsThree, files))
    expect(withdrawn).toHaveLength(3)
    expect(problems).toEqual([
      {
        severity: 'error',
        code: 'not-permitted',
        risk: 'delete',
        message: expect.stringMatching(
          /^target nas: the copy of 2026-03-01T060000Z, which its retention does not keep, could not be deleted there: .*permission denied$/,
        ) as string,
        hint: expect.stringContaining('owner and mode') as string,
      },
    ])
    expect(hoursAt(path)).toContain('06')
    await exported(test, 1)
    expect((await publishTo(test, folderAt('nas', path, undefined, keepsThree))).problems).toEqual([])
    expect(hoursAt(path)).toEqual(['10', '11', '12'])
  })

  it('can be a duration', async () => {
    const test = await sixParcels()
    const path = temporaryFolder()
    const settings = { retention: { within: 2 * hour, min: 1 } }
    await publishTo(test, folderAt('nas', path))
    await publishTo(test, folderAt('nas', path, undefined, settings))
    expect(hoursAt(path)).toEqual(['09', '10', '11'])
  })

  it('removes no more at once than it may', async () => {
    const test = await sixParcels()
    const path = temporaryFolder()
    const careful = folderAt('nas', path, undefined, { retention: 1, max_delete: 2 })
    await publishTo(test, folderAt('nas', path))
    expect((await publishTo(test, careful)).withdrawn).toHaveLength(2)
    expect(hoursAt(path)).toEqual(['08', '09', '10', '11'])
    await publishTo(test, careful)
    await publishTo(test, careful)
    await publishTo(test, careful)
    expect(hoursAt(path)).toEqual(['11'])
  })

  it('never removes the only copy, and says that it stays', async () => {
    const test = await sixParcels()
    const path = temporaryFolder()
    await publishTo(test, folderAt('nas', path))
    for (const hours of ['06', '08']) rmSync(join(test.folder, `data/2026-03-01T${hours}0000Z.json`))
    const { withdrawn, problems } = await publishTo(test, folderAt('nas', path, undefined, keepsThree))
    expect(withdrawn.map(({ parcel }) => parcel)).toEqual(['2026-03-01T070000Z'])
    expect(problems).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('does not keep 2 parcels, and there is no other copy') },
    ])
    expect(hoursAt(path)).toEqual(['06', '08', '09', '10', '11'])
  })

  it('does not count a copy that is known to be damaged there', async () => {
    const test = await sixParcels()
    const path = temporaryFolder()
    await publishTo(test, folderAt('nas', path))
    writeFileSync(join(path, 'todoist/data/2026-03-01T110000Z.json'), 'x')
    const target = folderAt('nas', path)
    await verifyDataset(await test.open(), test.context, { share: 1, here: false, targets: [target] })
    const keepsOne = folderAt('nas', path, undefined, { retention: 1, max_delete: 10 })
    await publishTo(test, keepsOne)
    expect(hoursAt(path)).toEqual(['10', '11'])
  })

  it('counts a copy at another target, until that one is let go, too', async () => {
    const test = await sixParcels()
    const [nas, disk] = [temporaryFolder(), temporaryFolder()]
    await publishTo(test, folderAt('nas', nas), folderAt('disk', disk))
    rmSync(join(test.folder, 'data/2026-03-01T060000Z.json'))
    const both = [
      folderAt('nas', nas, undefined, { retention: 5 }),
      folderAt('disk', disk, undefined, { retention: 5 }),
    ] as const
    const { withdrawn } = await publishTo(test, ...both)
    expect(withdrawn).toMatchObject([{ parcel: '2026-03-01T060000Z', target: 'nas' }])
    expect([hoursAt(nas)[0], hoursAt(disk)[0]]).toEqual(['07', '06'])
  })

  it('removes nothing while the newest parcel is suspect, or the ledger is damaged', async () => {
    const test = await sixParcels()
    const path = temporaryFolder()
    await publishTo(test, folderAt('nas', path))
    test.configure(
      `${hourly}cmd = "true > $PARCEL_PATH.json; echo [] > $PARCEL_PATH.json"\n[guard]\nmin_bytes = "1 kB"\n`,
    )
    await test.run()
    expect(await publishTo(test, folderAt('nas', path, undefined, keepsThree))).toMatchObject({ withdrawn: [] })
    const ledger = join(test.folder, 'ledger.ndjson')
    writeFileSync(
      ledger,
      readFileSync(ledger, 'utf8').replace('"state":"suspect"', '"state":"good"').replace('{"at"', '{"aX'),
    )
    expect(await publishTo(test, folderAt('nas', path, undefined, keepsThree))).toMatchObject({ withdrawn: [] })
    expect(hoursAt(path)).toContain('06')
  })

  it('that is killed at any step has removed nothing that the ledger still counts, and goes on', async () => {
    for (let step = 1; ; step += 2) {
      const test = await sixParcels(writesFolder)
      const path = temporaryFolder()
      await publishTo(test, folderAt('nas', path))
      const { files, steps } = breakingFiles((at) => (at === step ? 'kill' : 'go on'))
      const dead = await publishTo(
        { ...test, context: { ...test.context, system: { ...test.system, files } } },
        folderAt('nas', path, undefined, keepsThree, files),
      ).then(
        () => false,
        (error: unknown) => {
          if (error instanceof Killed) return true
          throw error
        },
      )
      if (!dead) {
        expect(steps.length).toBeGreaterThan(10)
        return
      }
      const { problems } = await publishTo(test, folderAt('nas', path))
      expect(problems, `after a kill at step ${step}`).toEqual([])
    }
  })
})
