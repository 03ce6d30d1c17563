import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'
import { sayHeld } from './held-lists.ts'
import { viewStates } from './views.ts'

const locations = (count: number) =>
  JSON.stringify({ locations: Array.from({ length: count }, (_, at) => ({ at, place: 'x' })) })

function withParcels(keys: string, ...files: [name: string, text: string][]): TestDataset {
  const test = testDataset(`[views.all]\n${keys}\n`)
  mkdirSync(join(test.folder, 'data'))
  for (const [index, [name, text]] of files.entries()) {
    writeFileSync(join(test.folder, 'data', `2026-02-0${index + 1}T060000Z.${name}`), text)
  }
  return test
}

const said = async (test: TestDataset): Promise<string | undefined> =>
  sayHeld((await viewStates(await test.open(), test.context)).views[0]!.state)

describe('a view without items, of documents that are much like lists', () => {
  const words =
    'a whole document is one item, which holds the list `locations` of 2,134; perhaps items = "locations[*]"'

  it.each(['key = "hash"', 'key = "at"'])('is warned of in a run, with %s', async (key) => {
    const file = join(temporaryFolder(), 'all.json')
    writeFileSync(file, locations(2134))
    const test = testDataset(`cmd = "cp ${file} $PARCEL_PATH.json"\n[views.all]\n${key}\n`)
    const { problems } = await test.run({ exportNow: true })
    expect(problems).toMatchObject([
      { severity: 'warning', message: `view all: ${words}`, hint: expect.stringContaining('items = "."') as string },
    ])
    expect(await said(test)).toBe(words)
  })

  it('is told of as the last parcel is, one with the same content too', async () => {
    const [some, more] = [locations(20), locations(30)]
    expect(await said(withParcels('key = "hash"', ['json', some], ['json', some]))).toContain('of 20;')
    expect(await said(withParcels('key = "hash"', ['json', some], ['json', more]))).toContain('of 30;')
    expect(await said(withParcels('key = "hash"', ['json', some], ['json', '{"locations": []}']))).toBeUndefined()
  })

  it('is not told of where it says what the items are, or reads something else', async () => {
    expect(await said(withParcels('key = "hash"\nitems = "."', ['json', locations(20)]))).toBeUndefined()
    expect(await said(withParcels('key = "at"\nitems = "locations"', ['json', locations(20)]))).toBeUndefined()
    expect(await said(withParcels('key = "hash"', ['ndjson', locations(20)]))).toBeUndefined()
    expect(await said(withParcels('key = "hash"', ['json', `[${locations(20)}]`]))).toBeUndefined()
  })
})
