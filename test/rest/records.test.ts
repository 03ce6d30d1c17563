import { expect, it } from 'vitest'
import { kindNamed, streamOf } from './kinds.fixture.ts'
import { day, scenes } from './rest.fixture.ts'

const scene = scenes()

it('makes a parcel suspect when a stream that had records has none, and prunes nothing for it', async () => {
  const made = await scene('')
  made.configure(streamOf(kindNamed('token'), 20), 'keep = 1')
  expect((await made.exportWell()).records!['items']).toBeGreaterThan(50)
  const { account } = made.service
  for (let days = 0; days < 3; days++) {
    made.advance(day)
    made.service.advanceTo(made.dataset.clock.now())
    for (const { id } of account.listed()) account.remove(id)
    const emptied = await made.export()
    expect(emptied).toMatchObject({ state: 'suspect' })
    expect('doubts' in emptied && emptied.doubts!.join()).toContain('items has no records, and had')
    expect((await made.dataset.run()).pruned).toEqual([])
  }
  expect(made.dataset.names('data')).toHaveLength(4)
})
