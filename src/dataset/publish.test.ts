import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { breakingFiles } from '../../test/support/breaking-files.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { UnsiloError } from '../errors.ts'
import { acceptParcel } from './accept.ts'
import {
  folderAt,
  hour,
  hourly,
  id,
  publishedLines,
  publishing,
  publishTo,
  writesFolder,
  writesOne,
} from '../../test/support/publishing-dataset.ts'
import type { NamedTarget } from './copies/targets.ts'
import { planPublish } from './publish-plan.ts'
import { hasFailed } from './outcome.ts'

describe('a run that publishes', () => {
  it('copies the new parcel, reads it back, and says so in the ledger', async () => {
    const test = publishing(writesOne)
    const outcome = await test.run()
    expect(outcome.problems).toEqual([])
    expect(test.at('vault')).toEqual([
      'exports/RECOVER.md',
      'exports/todoist/config.toml',
      `exports/todoist/data/${id}.json`,
      'exports/todoist/ledger.ndjson',
      'exports/todoist/manifest.json',
      'exports/todoist/metrics.csv',
      'exports/unsilo.toml',
    ])
    const event = {
      event: 'published',
      parcel: id,
      target: 'vault',
      files: 1,
      bytes: 4,
      sha256: (outcome.exported as { sha256: string }).sha256,
      how: 'read back',
      path: `todoist/data/${id}.json`,
    }
    expect(outcome.published).toEqual([event])
    expect(publishedLines(test)).toEqual([{ at: '2026-03-01T06:00:00.000Z', ...event }])
    for (const name of ['config.toml', 'metrics.csv']) {
      expect(readFileSync(join(test.place, 'vault-disk/exports/todoist', name), 'utf8')).toBe(test.read(name))
    }
  })

  it.skipIf(process.platform !== 'linux')(
    'copies a folder file by file, with a list that sha256sum checks',
    async () => {
      const test = publishing(writesFolder)
      const { published, problems } = await test.run()
      expect(problems).toEqual([])
      expect(published).toMatchObject([{ files: 2, bytes: 4 }])
      expect(test.at('vault').filter((path) => path.includes(id))).toEqual([
        `exports/todoist/data/${id}/b`,
        `exports/todoist/data/${id}/in é/a 😀`,
        `exports/todoist/log/${id}.sha256`,
      ])
      const data = join(test.place, 'vault-disk/exports/todoist/data')
      const checked = execFileSync('sha256sum', ['--check', `../log/${id}.sha256`], { cwd: data, encoding: 'utf8' })
      expect(checked.match(/: OK$/gm)).toHaveLength(2)
    },
  )

  it('tells at each target what all of them have', async () => {
    const test = publishing(writesOne, ['vault', 'nas'])
    await test.run()
    for (const target of ['vault', 'nas']) {
      const ledger = readFileSync(join(test.place, `${target}-disk/exports/todoist/ledger.ndjson`), 'utf8')
      expect(ledger.match(/"event":"published"/g)).toHaveLength(2)
      expect(ledger).toBe(test.read('ledger.ndjson'))
    }
  })

  it('is needed only for what is not there yet, and takes no step otherwise', async () => {
    const test = publishing(writesOne)
    await test.run()
    const { files, steps } = breakingFiles(() => 'go on')
    expect(await test.run({}, { ...test.system, files })).toMatchObject({ published: [], problems: [] })
    expect(steps).toEqual([])
    test.clock.advance(hour)
    expect((await test.run()).published.map(({ parcel }) => parcel)).toEqual(['2026-03-01T070000Z'])
  })

  it('copies what was there before the target was, the newest first, even if nothing else is to be done', async () => {
    const test = publishing(writesOne)
    test.configure(`${hourly}${writesOne}`)
    for (let count = 0; count < 3; count++) {
      await test.run()
      test.clock.advance(hour)
    }
    test.configure(`publish = ["vault"]\n${writesOne}`)
    expect((await test.run({ dryRun: true })).planned?.publish).toEqual([
      { target: 'vault', parcels: ['2026-03-01T080000Z', '2026-03-01T070000Z', id] },
    ])
    const { exported, published } = await test.run()
    expect(exported).toBeUndefined()
    expect(published.map(({ parcel }) => parcel)).toEqual(['2026-03-01T080000Z', '2026-03-01T070000Z', id])
  })

  it('follows an export that was asked for, too', async () => {
    const test = publishing(writesOne)
    expect((await test.run({ exportNow: true })).published).toMatchObject([{ parcel: id, target: 'vault' }])
  })

  it('leaves a suspect parcel out until it is accepted, and a failed one for good', async () => {
    const test = publishing(`${writesOne}guard.min_bytes = 10`)
    expect((await test.run()).published).toEqual([])
    await acceptParcel(await test.open(), test.context, id)
    expect((await test.run()).published).toMatchObject([{ parcel: id }])
    test.configure(`${hourly}publish = ["vault"]\ncmd = "echo x > $PARCEL_PATH.json; exit 1"`)
    test.clock.advance(hour)
    expect((await test.run()).published).toEqual([])
  })

  it('copies the configuration again when it has changed', async () => {
    const test = publishing(writesOne)
    await test.run()
    const copy = join(test.place, 'vault-disk/exports/todoist/config.toml')
    const before = statSync(copy).ino
    test.clock.advance(hour)
    await test.run()
    expect(statSync(copy).ino).toBe(before)
    appendFileSync(join(test.folder, 'config.toml'), '# a note\n')
    test.clock.advance(hour)
    await test.run()
    expect(readFileSync(copy, 'utf8')).toMatch(/# a note\n$/)
  })

  it('leaves at the target what was pruned here', async () => {
    const test = publishing(`${writesOne}keep = 1`)
    for (let count = 0; count < 3; count++) {
      await test.run()
      test.clock.advance(hour)
    }
    expect(test.names('data').length).toBeLessThan(3)
    expect(test.at('vault').filter((path) => path.includes('/data/'))).toHaveLength(3)
    test.clock.advance(hour)
    expect((await test.run()).problems).toEqual([])
  })

  it('takes a parcel that the ledger does not know for what it is', async () => {
    const test = publishing('')
    mkdirSync(join(test.folder, 'data/2019-01-01T000000Z/in'), { recursive: true })
    writeFileSync(join(test.folder, 'data/2019-01-01T000000Z/in/a'), 'a')
    writeFileSync(join(test.folder, 'data/2020-01-01T000000Z.txt'), 'old')
    const { published, problems } = await test.run()
    expect(problems).toEqual([])
    expect(published.map(({ parcel, bytes }) => [parcel, bytes])).toEqual([
      ['2020-01-01T000000Z', 3],
      ['2019-01-01T000000Z', 1],
    ])
    rmSync(join(test.folder, 'data/2020-01-01T000000Z.txt'))
    expect(test.history().get('2020-01-01T000000Z')).toBeUndefined()
    expect((await test.run()).published).toEqual([])
  })

  it('copies no link inside a folder: what it leads to is not part of the parcel', async () => {
    const test = publishing(
      `cmd = '''mkdir $PARCEL_PATH && echo a > $PARCEL_PATH/a && ln -s /etc/hostname $PARCEL_PATH/link'''`,
    )
    expect(await test.run()).toMatchObject({ problems: [], published: [{ files: 1 }] })
    expect(test.at('vault').filter((path) => path.includes('link'))).toEqual([])
  })
})

describe('a target that is down', () => {
  it('does not fail the export, is told, and gets what it lacks in the next run; until then it stays here', async () => {
    const test = publishing(`${writesOne}keep = 2`)
    renameSync(join(test.place, 'vault-disk'), join(test.place, 'unplugged'))
    const outcome = await test.run()
    expect(outcome).toMatchObject({ exported: { state: 'good' }, published: [] })
    const disk = join(test.place, 'vault-disk')
    expect(outcome.problems).toEqual([
      {
        severity: 'error',
        code: 'not-found',
        message: `target vault: ${disk} does not exist, so ${disk}/exports is not created in it; 1 parcel is not there yet`,
        hint: `Mount its disk; or, if the folder is to be on this disk: mkdir -p ${disk}`,
      },
    ])
    for (let count = 0; count < 2; count++) {
      test.clock.advance(hour)
      await test.run()
    }
    expect(test.names('data')).toHaveLength(3)
    renameSync(join(test.place, 'unplugged'), disk)
    const { exported, published, problems, pruned } = await test.run()
    expect([exported, problems]).toEqual([undefined, []])
    expect(published.map(({ parcel }) => parcel)).toEqual(['2026-03-01T080000Z', '2026-03-01T070000Z', id])
    expect(pruned).toMatchObject([{ id }])
    expect(test.names('data')).toHaveLength(2)
  })

  it('is only a warning when another target has it all', async () => {
    const test = publishing(writesOne, ['vault', 'nas'])
    rmSync(join(test.place, 'vault-disk'), { recursive: true })
    const outcome = await test.run()
    expect(outcome.problems).toMatchObject([{ severity: 'warning', code: 'not-found' }])
    expect(outcome.published).toMatchObject([{ target: 'nas' }])
    expect(hasFailed(outcome)).toBe(false)
    expect(planPublish(await test.open(), test.history())).toEqual([{ target: 'vault', parcels: [id] }])
  })

  it('is noticed when its disk is not mounted and an empty folder is in its place', async () => {
    const test = publishing(writesOne)
    await test.run()
    const disk = join(test.place, 'vault-disk')
    renameSync(disk, join(test.place, 'unplugged'))
    mkdirSync(disk)
    test.clock.advance(hour)
    const { problems, published } = await test.run()
    expect(published).toEqual([])
    expect(problems).toMatchObject([
      {
        severity: 'error',
        message: expect.stringContaining('nothing of todoist is there any more, and it had a parcel'),
      },
    ])
    expect(test.at('vault')).toEqual([])
  })

  it('may be one that cannot be written to', async (context) => {
    if (process.getuid?.() === 0) return context.skip('root may write everywhere')
    const test = publishing(writesOne)
    chmodSync(join(test.place, 'vault-disk'), 0o500)
    expect((await test.run()).problems).toMatchObject([{ code: 'not-permitted' }])
  })

  it('is a full disk: nothing is half there, and it goes on when there is space', async () => {
    for (let step = 1; ; step++) {
      const test = publishing(writesOne, ['vault', 'nas'])
      let at = 0
      let refused = ''
      const { files } = breakingFiles((_, name) => {
        if (!name.includes('vault-disk') || ++at !== step) return 'go on'
        refused = name
        return { refuse: 'ENOSPC' }
      })
      const outcome = await test.run({}, { ...test.system, files })
      if (refused === '') break
      expect(outcome.exported, refused).toMatchObject({ state: 'good' })
      expect(
        outcome.published.some(({ target }) => target === 'nas'),
        refused,
      ).toBe(true)
      expect(outcome.problems, refused).toMatchObject([{ severity: 'warning', code: 'no-space' }])
      expect(
        test.at('vault').filter((path) => path.endsWith('.tmp')),
        refused,
      ).toEqual([])
      test.clock.advance(hour)
      expect((await test.run()).problems, `after ${refused}`).toEqual([])
      expect(planPublish(await test.open(), test.history())).toEqual([])
    }
  })

  it('keeps no other dataset or target from its copies', async () => {
    const test = publishing(writesOne)
    await test.run()
    const unavailable: NamedTarget = {
      ...folderAt('cloud', temporaryFolder()),
      open: () => Promise.reject(new UnsiloError('network', 'connection refused', { retryable: true })),
    }
    const nas = folderAt('nas', temporaryFolder())
    const { published, problems } = await publishTo(test, unavailable, nas)
    expect(published).toMatchObject([{ target: 'nas', parcel: id }])
    expect(problems).toMatchObject([
      { severity: 'warning', message: 'target cloud: connection refused; 1 parcel is not there yet' },
    ])
  })
})

it('publishes to no target that is not named, and needs none', async () => {
  const test = publishing(writesOne, ['vault', 'nas'])
  test.configure(`${hourly}publish = ["nas"]\n${writesOne}`)
  expect((await test.run()).published).toMatchObject([{ target: 'nas' }])
  expect(existsSync(join(test.place, 'vault-disk/exports'))).toBe(false)
})
