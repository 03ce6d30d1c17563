import { expect, it } from 'vitest'
import { body, services } from './service.fixture.ts'
import type { StudyRecord } from './study-account.ts'

const start = services()
const forms = [
  { name: 'Mood', deleteable: true, records: 3 },
  { name: 'Person', deleteable: false, records: 2 },
]

it('lists forms and records, whose RSA fields are base64', async () => {
  const { url } = await start({ study: { forms } })
  expect(await body(await fetch(`${url}/export/`))).toEqual([
    { name: 'Mood', size: 3, deleteable: true },
    { name: 'Person', size: 2, deleteable: false },
  ])
  const records = await body<StudyRecord[]>(await fetch(`${url}/export/Mood`))
  expect(records.map(({ id }) => id)).toEqual([1, 2, 3])
  expect(Buffer.from(records[0]!.participantRSA, 'base64')).toHaveLength(256)
  expect((await fetch(`${url}/export/Nothing`)).status).toBe(404)
})

it.each([404, 410] as const)('deletes a record once, then it is gone: %s', async (goneStatus) => {
  const { url, study } = await start({ study: { forms, goneStatus } })
  const remove = async (path: string) => (await fetch(`${url}/export/${path}`, { method: 'DELETE' })).status
  expect(await remove('Mood/2')).toBe(204)
  expect(await remove('Mood/2')).toBe(goneStatus)
  expect(await remove('Person/1')).toBe(405)
  expect(study.records('Mood')!.map(({ id }) => id)).toEqual([1, 3])
  expect(study.log.filter(({ kind }) => kind === 'deleted').map(({ record }) => record.id)).toEqual([2])
})

it('gives new records new ids, or free ones', async () => {
  const grows = await start({ study: { forms } })
  grows.study.remove('Mood', 3)
  expect(grows.study.add('Mood', 2).map(({ id }) => id)).toEqual([4, 5])
  const reuses = await start({ study: { forms, reusesIds: true } })
  reuses.study.remove('Mood', 2)
  expect(reuses.study.add('Mood', 2).map(({ id }) => id)).toEqual([2, 4])
})
