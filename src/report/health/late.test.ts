import { expect, it } from 'vitest'
import { dayMs } from '../../system/duration.ts'
import { reportOn } from '../report.ts'
import { goodOnes, storedHistory } from './stored-history.fixture.ts'

it('of exports on request, asks for one, and not for a timer', async () => {
  const test = storedHistory('max_age = "1 day"\ncmd = "true"\n', goodOnes(1))
  test.clock.advance(2 * dayMs)
  const { health, warnings } = await reportOn(await test.open(), test.context)
  expect([health, warnings[0]?.hint]).toEqual(['late', expect.stringMatching(/^`unsilo export todoist`/)])
})
