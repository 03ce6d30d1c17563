import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { packDataset } from './packs/pack.ts'
import { datasetWith } from './packs/packs.fixture.ts'
import { verifyDataset } from './verify.ts'

it('tells of a damaged pack once, by its name, without what its program calls it', async () => {
  const test = await datasetWith({}, 6)
  const { packed } = await packDataset(await test.open(), test.context, false)
  const pack = join(test.folder, 'data', packed[0]!.pack)
  const bytes = readFileSync(pack)
  const middle = Math.floor(bytes.length / 2)
  writeFileSync(pack, bytes.fill(0x5a, middle, middle + 50))
  const { problems } = await verifyDataset(await test.open(), test.context, { share: 1, here: true, targets: [] })
  const told = problems.filter(({ message }) => message.includes('is not what was sealed'))
  expect(told).toHaveLength(1)
  expect(told[0]!.message).toMatch(/ is not what was sealed, nor are \d others: \S+\.pack\.tar\.zst is damaged: /)
  expect(told[0]!.message).not.toContain('stdin')
})
