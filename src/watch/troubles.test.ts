import { expect, it } from 'vitest'
import { configTroubles } from './troubles.ts'

it('says what a mistake in a configuration file keeps from working', () => {
  const said = (file: string, ...keys: (string | undefined)[]): string =>
    configTroubles(keys.map((key) => ({ file, key, message: 'is wrong' })))[0]!.what
  expect(said('unsilo.toml', 'alerts.phone.topic')).toBe('unsilo.toml has a mistake, so not every channel can be told')
  expect(said('unsilo.toml', 'alerts.phone', 'defaults')).toBe('unsilo.toml has 2 mistakes, so nothing may be exported')
  expect(said('unsilo.toml', undefined)).toBe('unsilo.toml has a mistake, so nothing may be exported')
  expect(said('todo/config.toml', 'interval')).toBe('todo/config.toml has a mistake, so it is not exported')
})

it('says that nothing is judged meanwhile, where that is so', () => {
  const told = (key: string): readonly string[] =>
    configTroubles([{ file: 'unsilo.toml', key, message: 'is wrong' }])[0]!.evidence ?? []
  expect(told('defaults')).toEqual([expect.stringContaining('until then no dataset is judged')])
  expect(told('alerts.phone')).toEqual([])
})
