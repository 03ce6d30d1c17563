import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { type TestDataset } from '../../../test/support/test-dataset.ts'
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

describe('a copy', () => {
  it('is no copy when it comes back otherwise, and is written again by the next run', async () => {
    const test = publishing(writesOne)
    rmSync(join(test.place, 'vault-disk'), { recursive: true })
    await test.run()
    const path = temporaryFolder()
    const lying = folderAt('vault', path, (target) => ({
      put: (to, open, signal) =>
        target.put(to, to.includes('/incomplete/') ? () => Readable.from([Buffer.from('[2]\n')]) : open, signal),
    }))
    const { published, problems } = await publishTo(test, lying)
    expect(published).toEqual([])
    expect(problems).toMatchObject([
      {
        severity: 'error',
        code: 'corrupt',
        message: expect.stringMatching(
          /^target vault: todoist\/incomplete\/.*\.json~[0-9a-f]{12} was read back and is not what was written/,
        ),
      },
    ])
    expect(await publishTo(test, folderAt('vault', path))).toMatchObject({ published: [{ parcel: id }], problems: [] })
    expect(readFileSync(join(path, `todoist/data/${id}.json`), 'utf8')).toBe('[1]\n')
  })

  it('is not made of a parcel that is not what was sealed, and the others still are', async () => {
    const test = publishing(writesOne)
    test.configure(`${hourly}${writesOne}`)
    await test.run()
    test.clock.advance(hour)
    await test.run()
    writeFileSync(join(test.folder, 'data/2026-03-01T070000Z.json'), '[7]\n')
    test.configure('publish = ["vault"]')
    const { published, problems } = await test.run()
    expect(published).toMatchObject([{ parcel: id }])
    expect(problems).toMatchObject([
      {
        severity: 'error',
        code: 'corrupt',
        message: expect.stringContaining('2026-03-01T070000Z.json is not what was sealed'),
      },
    ])
    expect(test.at('vault')).not.toContain('exports/todoist/data/2026-03-01T070000Z.json')
  })

  it('is not made of a folder that lacks a file, or whose list of hashes is gone and files have changed', async () => {
    for (const harm of [
      (test: TestDataset) => rmSync(join(test.folder, 'data', id, 'b')),
      (test: TestDataset) => {
        rmSync(join(test.folder, 'log'), { recursive: true })
        writeFileSync(join(test.folder, 'data', id, 'b'), 'B\n')
      },
    ]) {
      const test = publishing(writesFolder)
      test.configure(`${hourly}${writesFolder}`)
      await test.run()
      harm(test)
      test.configure('publish = ["vault"]')
      expect(await test.run()).toMatchObject({ published: [], problems: [{ severity: 'error', code: 'corrupt' }] })
    }
  })

  it('needs no list of hashes when the files are what was sealed', async () => {
    const test = publishing(writesFolder)
    test.configure(`${hourly}${writesFolder}`)
    await test.run()
    rmSync(join(test.folder, 'log'), { recursive: true })
    test.configure('publish = ["vault"]')
    expect(await test.run()).toMatchObject({ published: [{ files: 2 }], problems: [] })
  })

  it('replaces a file that is there and that neither the ledger nor the manifest there knows of', async () => {
    const test = publishing(writesOne)
    const data = join(test.place, 'vault-disk/exports/todoist/data')
    mkdirSync(data, { recursive: true })
    writeFileSync(join(data, `${id}.json`), '[2]\n')
    expect(await test.run()).toMatchObject({ published: [{ parcel: id }], problems: [] })
    expect(readFileSync(join(data, `${id}.json`), 'utf8')).toBe('[1]\n')
  })

  it.each([true, false])(
    'of another machine is never replaced, and told (a place that renames: %s)',
    async (renames) => {
      for (const content of ['echo [1]', 'mkdir $PARCEL_PATH && echo 1 >']) {
        const command = (last: string): string =>
          content.startsWith('mkdir')
            ? `cmd = "${content} $PARCEL_PATH/${last}"\n`
            : `cmd = "echo [${last}] > $PARCEL_PATH.json"\n`
        const machines = [publishing(command('1')), publishing(command('2'))]
        const path = temporaryFolder()
        const target = folderAt('nas', path, () => (renames ? {} : { move: undefined }))
        for (const [index, machine] of machines.entries()) {
          machine.configure(`${hourly}${command(String(index + 1))}`)
          await machine.run()
        }
        expect((await publishTo(machines[0]!, target)).problems).toEqual([])
        expect(await publishTo(machines[1]!, target)).toMatchObject({
          published: [],
          problems: [{ severity: 'error', code: 'clash', message: expect.stringContaining('with another content') }],
        })
        const [name] = readdirSync(join(machines[0]!.folder, 'data'))
        for (const file of filesIn(join(path, 'todoist/data')))
          expect(readFileSync(join(path, 'todoist/data', file))).toEqual(
            readFileSync(join(machines[0]!.folder, 'data', file)),
          )
        expect(filesIn(join(path, 'todoist/data')).every((file) => file.startsWith(name!))).toBe(true)
      }
    },
  )

  it('that changes or goes after it was acknowledged is an alarm, and stays as it is', async () => {
    const test = publishing(writesOne)
    await test.run()
    test.clock.advance(hour)
    await test.run()
    const data = join(test.place, 'vault-disk/exports/todoist/data')
    writeFileSync(join(data, `${id}.json`), 'changed')
    rmSync(join(data, '2026-03-01T070000Z.json'))
    writeFileSync(join(data, 'note.txt'), 'not of unsilo')
    test.clock.advance(hour)
    const outcome = await test.run()
    expect(outcome.published).toMatchObject([{ parcel: '2026-03-01T080000Z' }])
    expect(outcome.problems).toEqual([
      {
        severity: 'error',
        code: 'corrupt',
        message:
          'target vault: copies are not what they were when they were published: ' +
          `todoist/data/2026-03-01T070000Z.json is gone; todoist/data/${id}.json has 7 bytes, and had 4 bytes`,
        hint: `Find out why; then put the right ones there, from ${test.folder}/data.`,
      },
    ])
    expect(readFileSync(join(data, `${id}.json`), 'utf8')).toBe('changed')
    cpSync(join(test.folder, 'data'), data, { recursive: true })
    test.clock.advance(hour)
    expect((await test.run()).problems).toEqual([])
  })

  it('of a folder that loses a file is an alarm, one that gains a file is not', async () => {
    const test = publishing(writesFolder)
    await test.run()
    const copy = join(test.place, 'vault-disk/exports/todoist/data', id)
    writeFileSync(join(copy, '.DS_Store'), 'x')
    test.clock.advance(hour)
    expect((await test.run()).problems).toEqual([])
    rmSync(join(copy, '.DS_Store'))
    rmSync(join(copy, 'b'))
    test.clock.advance(hour)
    expect((await test.run()).problems).toMatchObject([
      { code: 'corrupt', message: expect.stringContaining(`data/${id} has 2 bytes, and had 4 bytes in 2 files`) },
    ])
  })

  it('is not made of a parcel that is there twice', async () => {
    const test = publishing('')
    mkdirSync(join(test.folder, 'data'))
    for (const name of [`${id}.json`, `${id}.txt`]) writeFileSync(join(test.folder, 'data', name), '1')
    expect((await test.run()).problems).toMatchObject([{ severity: 'error', code: 'clash' }])
    expect(test.at('vault').filter((path) => path.includes('/data/'))).toEqual([])
  })

  it('may be of a parcel whose file is a link here', async () => {
    const test = publishing('')
    mkdirSync(join(test.folder, 'data'))
    writeFileSync(join(test.root, 'elsewhere.json'), '[1]\n')
    symlinkSync(join(test.root, 'elsewhere.json'), join(test.folder, `data/${id}.json`))
    expect(await test.run()).toMatchObject({ problems: [], published: [{ bytes: 4 }] })
  })
})
