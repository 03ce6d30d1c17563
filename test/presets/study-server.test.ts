import { expect, it } from 'vitest'
import { usualAuth } from '../simulator/service/auth-options.ts'
import { services } from '../simulator/service/service.fixture.ts'
import type { Service } from '../simulator/service/service.ts'
import { expectNoSecret, expectRecords, type Preset, usePreset } from './preset.fixture.ts'

const start = services()
const password = 'study-password-61c'

function use({ url }: Service): Promise<Preset> {
  return usePreset({
    template: 'study-server',
    changes: { 'https://study.example.org': url, 'YOUR-NAME': 'exporter' },
    secrets: { study: password },
  })
}

const deleteable = ['DASS21', 'Demographics', 'TaskLog']

it('exports all forms with their records, and deletes nothing', async () => {
  const service = await start({ auth: usualAuth })
  const preset = await use(service)
  const said = [await preset.run()]
  const before = deleteable.flatMap((form) => [...service.study.records(form)!])
  service.study.add('TaskLog', 3)
  service.study.add('Participant')
  said.push(await preset.run())
  for (const ended of said) expect(ended.status).toBe(0)

  const [first, second] = await preset.parcels()
  expectRecords(first!.records['entries'], before as unknown as Record<string, unknown>[])
  expectRecords(second!.records['forms'], service.study.forms())
  const shown = (forms: readonly string[]) =>
    forms.flatMap((form) => [...service.study.records(form)!]) as unknown as Record<string, unknown>[]
  expectRecords(second!.records['entries'], shown(deleteable))
  expectRecords(second!.records['kept_entries'], shown(['Participant']))
  expect(new Set(service.requests.map(({ method }) => method))).toEqual(new Set(['GET']))
  expectNoSecret(preset, said, [password, Buffer.from(`exporter:${password}`).toString('base64')])
})

it('drains when it is told to, and deletes only what is sealed', async () => {
  const service = await start({ auth: usualAuth })
  const preset = await use(service)
  preset.edit('enabled = false', 'enabled = true')
  preset.edit('# high_water', 'high_water')
  expect((await preset.run()).status).toBe(0)
  service.study.add('DASS21', 4)
  expect((await preset.run()).status).toBe(0)
  const sealed = (await preset.parcels()).flatMap(({ records }) => records['entries']!)
  const deleted = service.study.log.flatMap(({ kind, record }) => (kind === 'deleted' ? [record] : []))
  expect(deleted).toHaveLength(25 + 10 + 4)
  expectRecords(sealed, deleted as unknown as Record<string, unknown>[], 'at least')
  expect(service.study.records('Participant')).toHaveLength(12)
  expect(deleteable.flatMap((form) => service.study.records(form))).toEqual([])
})
