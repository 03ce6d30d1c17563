import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Killed, breakingFiles } from '../../test/support/breaking-files.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { acknowledgements } from './acknowledgements.ts'
import {
  type PublishingDataset,
  filesIn,
  folderAt,
  hour,
  hourly,
  id,
  publishedLines,
  publishing,
  writesFolder,
  writesOne,
} from '../../test/support/publishing-dataset.ts'
import { publishParcels } from './publish.ts'

describe('a run that is killed while it publishes', () => {
  it.each([
    ['a file', writesOne, 'kill'],
    ['a folder', writesFolder, 'kill half-way'],
  ] as const)(
    'at any step leaves no torn copy of %s and no false word, and the next one goes on',
    async (_, cmd, how) => {
      let kills = 0
      for (let step = 1; ; step++) {
        const test = publishing(cmd)
        let from = 0
        const { files, steps } = breakingFiles((at, name) => {
          if (from === 0 && name.includes('vault-disk')) from = at
          return from > 0 && at === from + step - 1 ? how : 'go on'
        })
        const killed = await test.run({}, { ...test.system, files }).then(
          () => false,
          (error: unknown) => {
            if (error instanceof Killed) return true
            throw error
          },
        )
        if (!killed) {
          expect(steps.filter((name) => name.includes('vault-disk')).length).toBeGreaterThan(10)
          break
        }
        kills += 1
        expectWholeCopies(test)
        // Nothing is due: what is left to do has to be noticed by itself.
        const next = await test.run()
        expect(next.problems, `after a kill at step ${step}`).toEqual([])
        expect(acknowledgements(test.history()).get(id)?.has('vault'), `after a kill at step ${step}`).toBe(true)
        expectWholeCopies(test)
        test.clock.advance(hour)
        expect((await test.run()).problems).toEqual([])
        expect(test.at('vault').filter((path) => path.endsWith('.tmp'))).toEqual([])
      }
      expect(kills).toBeGreaterThan(15)
    },
  )

  it('does not write again what is there already', async () => {
    const test = publishing(writesFolder)
    let writes = 0
    const { files } = breakingFiles((_, name) => {
      if (/^rename .*vault-disk.* to /.test(name)) writes += 1
      return writes === 2 ? 'kill' : 'go on'
    })
    await expect(test.run({}, { ...test.system, files })).rejects.toThrow(Killed)
    const again = breakingFiles(() => 'go on')
    await test.run({}, { ...test.system, files: again.files })
    const written = again.steps.filter((name) => /^rename .*vault-disk.*\/data\//.test(name))
    expect(written).toHaveLength(1)
  })

  it('stops at an interrupt, and keeps what it has said', async () => {
    const test = publishing(writesOne)
    test.configure(`${hourly}${writesOne}`)
    for (let count = 0; count < 2; count++) {
      await test.run()
      test.clock.advance(hour)
    }
    test.configure('publish = ["vault"]')
    const controller = new AbortController()
    const dataset = await test.open()
    const context = { ...test.context, signal: controller.signal }
    const stopping = folderAt('vault', temporaryFolder(), (target) => ({
      get: (path, signal) => {
        if (path.includes(id)) controller.abort()
        return target.get(path, signal)
      },
    }))
    const done = await publishParcels(dataset, context, test.history(), [stopping, folderAt('nas', temporaryFolder())])
    expect(done.published).toMatchObject([{ parcel: '2026-03-01T070000Z', target: 'vault' }])
    expect(done.problems).toMatchObject([{ code: 'cancelled' }])
  })
})

/** Every file at the target is one of the parcel's, whole; what the ledger says is there is there. */
function expectWholeCopies(test: PublishingDataset): void {
  for (const path of test.at('vault').filter((name) => name.includes('/data/') && !name.endsWith('.tmp'))) {
    const inside = path.slice('exports/todoist/'.length)
    expect(readFileSync(join(test.place, 'vault-disk', path), 'utf8'), path).toBe(test.read(inside))
  }
  for (const { parcel } of publishedLines(test)) {
    const copies = test.at('vault').filter((path) => path.includes(`/data/${String(parcel)}`))
    expect(copies.length).toBe(filesIn(join(test.folder, 'data')).length)
  }
}
