import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { testDataset } from '../../test/support/test-dataset.ts'
import { makeReport } from '../report/report.ts'
import { hasFailed } from './outcome.ts'

describe('a command that says that there is nothing to export', () => {
  const once = 'interval = "1 day"\n'

  it.each(['', 'stdout = "json"\n'])(
    'with status 75 is skipped, whatever it left, and that is no failure (%s)',
    async (more) => {
      const test = testDataset(
        `${once}${more}cmd = "echo part${more === '' ? ' > $PARCEL_PATH.txt' : ''}; echo not at home >&2; exit 75"\nretries = 3`,
      )
      const outcome = await test.run()
      expect(outcome).toMatchObject({
        exported: { event: 'skipped', reason: 'exit status 75: not at home' },
        problems: [],
      })
      expect(hasFailed(outcome)).toBe(false)
      expect([test.names('data'), test.names('incomplete'), test.names('log')]).toEqual([[], [], []])
      expect(test.clock.sleeps).toEqual([])
      expect(existsSync(join(test.folder, 'metrics.csv'))).toBe(false)
    },
  )

  it('with status 75 is asked again sooner than the interval, ever less often, and no alarm comes of it', async () => {
    const test = testDataset(`${once}cmd = "test -e go && echo 1 > $PARCEL_PATH.txt || exit 75"`)
    const asked: number[] = []
    for (let hour = 0; hour < 72; hour += 0.5) {
      if ((await test.run()).exported !== undefined) asked.push(hour)
      test.clock.advance(30 * 60_000)
    }
    expect(asked).toEqual([0, 1.5, 4.5, 10.5, 22.5, 46.5, 70.5])
    expect((await makeReport([await test.open()], test.context)).datasets[0]!.health).toBe('never')
    writeFileSync(join(test.folder, 'go'), '')
    test.clock.advance(86_400_000)
    expect((await test.run()).exported).toMatchObject({ event: 'sealed', state: 'good' })
    expect((await makeReport([await test.open()], test.context)).datasets[0]!.health).toBe('good')
  })

  it.each(['', 'stdout = "json"\n'])(
    'with one of returncodes_ok is asked again after the interval (%s)',
    async (more) => {
      const where = more === '' ? '> $PARCEL_PATH.json' : ''
      const cmd = `test -e old && exit 1; touch old; echo 1 ${where}`
      const test = testDataset(`${once}${more}returncodes_ok = [1, 2]\ncmd = "${cmd}"`)
      const day = 86_400_000
      expect((await test.run()).exported).toMatchObject({ event: 'sealed' })
      test.clock.advance(day)
      expect((await test.run()).exported).toMatchObject({ event: 'skipped', reason: 'exit status 1', nothingNew: true })
      test.clock.advance(day / 2)
      const { exported, due } = await test.run()
      expect(exported).toBeUndefined()
      expect(due.because).toMatch(
        /but the last attempt found nothing new, so the next one waits until 2026-03-03 05:55 UTC$/,
      )
      // A timer of a day that wakes a little early finds it due.
      test.clock.advance(day / 2 - 60_000)
      expect((await test.run()).exported).toMatchObject({ event: 'skipped' })
      expect(test.names('data')).toHaveLength(1)
    },
  )

  it('with one of returncodes_ok, and data, gives a parcel like any other', async () => {
    const test = testDataset(`${once}returncodes_ok = [1]\ncmd = "echo 1 > $PARCEL_PATH.txt; exit 1"`)
    expect((await test.run()).exported).toMatchObject({ event: 'sealed', state: 'good' })
  })

  it('with another status has failed', async () => {
    const test = testDataset(`${once}returncodes_ok = [1]\ncmd = "exit 3"`)
    expect((await test.run()).exported).toMatchObject({ event: 'failed', reason: 'exit status 3' })
  })
})
