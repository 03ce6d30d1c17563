import { describe, expect, it } from 'vitest'
import { dayMs } from '../../system/duration.ts'
import { verifyDataset } from '../../dataset/verify.ts'
import { targetsOf } from '../../dataset/copies/targets.ts'
import { type PublishingDataset, publishing, writesOne } from '../../../test/support/publishing-dataset.ts'
import { type DatasetReport, reportOn } from '../report.ts'

async function told(test: PublishingDataset): Promise<Pick<DatasetReport['warnings'][number], 'message' | 'hint'>[]> {
  const { warnings } = await reportOn(await test.open(), test.context)
  return warnings.filter(({ cause }) => cause === 'unverified').map(({ message, hint }) => ({ message, hint }))
}

describe('copies at targets', () => {
  it('are to be verified again after the usual time, each place by itself', async () => {
    const test = publishing(writesOne, ['vault', 'nas'])
    await test.run()
    test.clock.advance(180 * dayMs)
    expect(await told(test)).toEqual([])
    test.clock.advance(dayMs)
    const old = (place: string, more = ''): object => ({
      message: `1 of 1 parcels ${place} were not verified for 180 days, one of them not since 2026-03-01`,
      hint: `\`unsilo verify todoist${more}\`; put it on a timer.`,
    })
    expect(await told(test)).toEqual([old('here'), old('at vault', ' --target vault'), old('at nas', ' --target nas')])
    const dataset = await test.open()
    const [vault] = targetsOf(dataset, test.context)
    await verifyDataset(dataset, test.context, { share: 1, here: true, targets: [vault!] })
    expect(await told(test)).toEqual([old('at nas', ' --target nas')])
  })

  it('are by verify_age, and what is damaged there is told as that', async () => {
    const test = publishing(`verify_age = "10 days"\n${writesOne}`)
    await test.run()
    test.clock.advance(11 * dayMs)
    expect((await told(test)).map(({ message }) => message)).toEqual([
      '1 of 1 parcels here were not verified for 10 days, one of them not since 2026-03-01',
      '1 of 1 parcels at vault were not verified for 10 days, one of them not since 2026-03-01',
    ])
    // A copy that was never finished is no copy.
    test.configure('')
    expect(await told(test)).toEqual([])
  })
})
