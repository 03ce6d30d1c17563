import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { reportOn } from '../report.ts'
import { goodOnes, storedHistory } from './stored-history.fixture.ts'

const daily = 'interval = "1 day"\ncmd = "true"\n'

it('does not claim to have compared a parcel that the ledger does not know', async () => {
  const test = storedHistory(daily, goodOnes(3))
  rmSync(join(test.folder, 'ledger.ndjson'))
  const { judgements } = await reportOn(await test.open(), test.context)
  const findings = judgements.filter(({ cause }) => cause === 'broken').map(({ finding }) => finding)
  expect(findings[1]).toMatch(/^the ledger has no line of 2026-03-01T050000Z: .*`unsilo recover todoist`/)
})
