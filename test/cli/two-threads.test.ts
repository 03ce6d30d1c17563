import { availableParallelism } from 'node:os'
import { expect, it } from 'vitest'
import { cliRoot, day, idAgo } from '../support/cli.ts'

const [parcels, items, newItems] = [24, 3000, 100]

it('reads much data with two threads, and gives it all', async () => {
  const root = cliRoot({ NODE_DEBUG: 'worker' })
  root.write('a/config.toml', '[views.items]\nkey = "id"\n')
  const text = 'x'.repeat(1000)
  for (let index = 0; index < parcels; index++) {
    const ids = Array.from({ length: items }, (_, place) => index * newItems + place)
    root.write(`a/data/${idAgo((parcels - index) * day)}.json`, JSON.stringify(ids.map((id) => ({ id, text }))))
  }
  const sql = 'SELECT count(*) n, sum(id) ids, count(_absent_since) gone, sum(length(text)) bytes FROM a.items'
  const { status, stderr, json } = await root.cli('query', '--format', 'json', sql)
  const n = items + (parcels - 1) * newItems
  expect(status).toBe(0)
  expect(json()).toEqual([{ n, ids: (n * (n - 1)) / 2, gone: n - items, bytes: n * text.length }])
  // What Node.js says of its threads: "created Worker with ID 1".
  expect(stderr.match(/created Worker with ID \d+/g) ?? []).toHaveLength(availableParallelism() > 1 ? 1 : 0)
})
