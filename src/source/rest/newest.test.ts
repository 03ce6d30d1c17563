import { expect, it } from 'vitest'
import { restConfig } from './config.ts'
import { newestOf } from './newest.ts'

const { streams } = restConfig.parse({
  kind: 'rest',
  base: 'https://api.example.org',
  streams: [
    { name: 'plain', path: 'plain' },
    { name: 'times', path: 'times', cursor: { field: 'at', param: 'since' } },
    { name: 'ids', path: 'ids', high_water: { field: 'id' } },
    { name: 'none', path: 'none', cursor: { field: 'at', param: 'since' } },
  ],
})
const definition = ''

it('finds the largest of all groups, as the kind of the value has it', () => {
  expect(
    newestOf(
      [
        ['plain', { definition }],
        ['times', { definition, cursors: { a: '2026-03-01T09:00:00+02:00', b: '2026-03-01T08:00:00Z', c: '?' } }],
        ['ids', { definition, marks: { a: '9', b: '10' } }],
        ['none', { definition }],
      ],
      streams,
    ),
  ).toEqual({ times: '2026-03-01T08:00:00Z', ids: '10' })
})
