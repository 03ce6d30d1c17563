import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { loadDatasets } from '../../config/load.ts'
import { realSystem } from '../../system/system.ts'
import { type Dataset, openDataset } from '../dataset.ts'
import { readHistory } from '../history.ts'
import { definitionOf, versionsOf, viewStates } from './views.ts'

const context = { system: realSystem, signal: new AbortController().signal }
const comments = (issue: unknown, ...items: unknown[]) => ({
  stream: 'comments',
  for: { 'issue.number': issue },
  items,
})

const config = `
[source]
kind = "rest"
base = "https://example.org"

[[source.streams]]
name = "issues"
path = "issues"
key = "number"

[[source.streams]]
name = "comments"
path = "issues/{issue.number}/comments"
each = { issue = "issues" }
key = "id"

[views.own]
stream = "comments"

[views.global]
stream = "comments"
key = "id"

[views.hashed]
stream = "comments"
key = "hash"
`

/** A dataset with parcels of comments, by their ids. */
async function datasetWith(parcels: Record<string, ReturnType<typeof comments>[]>): Promise<Dataset> {
  const root = temporaryFolder()
  mkdirSync(join(root, 'a'))
  writeFileSync(join(root, 'a/config.toml'), config)
  for (const [id, pages] of Object.entries(parcels)) {
    const folder = join(root, 'a/data', id)
    mkdirSync(join(folder, 'bodies'), { recursive: true })
    const lines = pages.map(({ items, ...page }, index) => {
      const body = `bodies/${index}.json`
      writeFileSync(join(folder, body), JSON.stringify(items))
      return `${JSON.stringify({ n: index, page: 1, status: 200, body, ...page })}\n`
    })
    writeFileSync(join(folder, 'requests.ndjson'), lines.join(''))
  }
  const { datasets, problems } = await loadDatasets(realSystem.files, root, [], root)
  expect(problems).toEqual([])
  return openDataset(datasets[0]!)
}

async function keysIn(dataset: Dataset, view: string): Promise<string[][]> {
  const history = readHistory(realSystem.files, dataset.layout)
  const keys: string[][] = []
  for await (const { versions } of versionsOf(dataset, context, definitionOf(dataset, view), history))
    keys.push(Array.from(versions, ({ key }) => key))
  return keys
}

const first = { id: 1, text: 'same' }

it('tells the records of one parent from those of another, even where their bytes are the same', async () => {
  const dataset = await datasetWith({
    '2026-03-01T060000Z': [comments(7, first), comments('x"y', first, { id: 2 })],
    '2026-03-02T060000Z': [comments('x"y', first), comments(7, first), comments(8, first)],
  })
  expect(await keysIn(dataset, 'own')).toEqual([
    ['["7","1"]', '["x\\"y","1"]', '["x\\"y","2"]'],
    ['["x\\"y","1"]', '["7","1"]', '["8","1"]'],
  ])
  const { views } = await viewStates(dataset, context)
  expect(views.map(({ state }) => [state.items, state.absent, state.duplicates])).toEqual([
    [4, 1, 0],
    [2, 1, 3],
    [2, 1, 3],
  ])
})
