import type { RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/dataset/outcome.ts'
import { serve } from '../support/rest-client.ts'
import { testDataset, type TestDataset } from '../support/test-dataset.ts'
import { readParcel } from './rest.fixture.ts'

interface Raw {
  status?: number
  body?: string | Buffer
}

interface Made {
  dataset: TestDataset
  /** Bodies of the requests. */
  sent: string[]
  export(): Promise<NonNullable<Outcome['exported']>>
}

/** A stream of a server that gives these answers, one after another, byte for byte. */
async function made(answers: readonly Raw[], keys = 'page = { kind = "number" }\nkey = "id"'): Promise<Made> {
  const sent: string[] = []
  const listener: RequestListener = (request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (chunk) => (text += String(chunk)))
    request.on('end', () => {
      const { status = 200, body = '[]' } = answers[sent.length] ?? {}
      sent.push(text)
      response.writeHead(status, { 'content-type': 'application/json' }).end(body)
    })
  }
  const base = await serve(listener)
  const dataset = testDataset('', 'raw')
  dataset.configure(`interval = "1h"
[source]
kind = "rest"
base = "${base}"
retry = { tries = 2 }
[[source.streams]]
name = "notes"
path = "/notes"
${keys}
`)
  return {
    dataset,
    sent,
    export: async () => (await dataset.run({ exportNow: true })).exported!,
  }
}

const mark = '\uFEFF'

it('a byte order mark is no part of the JSON, and stays in the body', async () => {
  const child = '[[source.streams]]\nname = "parts"\npath = "/parts/{note.id}"\neach = { note = "notes" }\n'
  const { dataset, export: run } = await made(
    [{ body: `${mark}[{"id": 1}]` }, { body: `${mark}[{"id": 2}]` }],
    `key = "id"\n${child}`,
  )
  expect(await run()).toMatchObject({ state: 'good' })
  const { lines, body } = await readParcel(dataset)
  expect((await body(lines[0]!)).toString()).toBe(`${mark}[{"id": 1}]`)
  expect(lines.map(({ items }) => items)).toEqual([1, 1])
})

describe('204', () => {
  it('is a page without records: the end, and no error', async () => {
    const { dataset, export: run } = await made([{ body: '[{"id": 1}]' }, { status: 204, body: '' }])
    const event = await run()
    expect(event).toMatchObject({ state: 'good' })
    expect(event).not.toHaveProperty('warnings')
    const { manifest, lines } = await readParcel(dataset)
    expect(manifest.streams['notes']).toMatchObject({ complete: true, pages: 2, items: 1, why: 'an empty page' })
    expect(lines[1]).toMatchObject({ status: 204, items: 0, bytes: 0, body: 'bodies/000002.json' })
  })

  it('is one on the first page, too, and for the children of the stream', async () => {
    const child = '[[source.streams]]\nname = "parts"\npath = "/parts/{note.id}"\neach = { note = "notes" }\n'
    const { dataset, export: run } = await made([{ status: 204, body: '' }], `items = "rows"\n${child}`)
    expect(await run()).toMatchObject({
      state: 'good',
      warnings: ['notes: not one record came; if there should be some, look at bodies/000001.json'],
    })
    expect((await readParcel(dataset)).manifest.streams['parts']).toMatchObject({ complete: true, groups: 0 })
  })
})

it('an empty answer is told as one', async () => {
  const { sent, export: run } = await made([{ body: '' }, { body: '' }])
  expect(await run()).toMatchObject({
    event: 'failed',
    reason: expect.stringMatching(/^the answer to GET \S+ is empty/) as string,
  })
  expect(sent).toHaveLength(2)
})

it('what is not UTF-8 is kept as it is, with a warning', async () => {
  const latin = Buffer.from('[{"id": 1, "text": "caf\u00e9"}]', 'latin1')
  const { dataset, export: run } = await made([{ body: latin }])
  const warnings = ['notes: some text is not UTF-8, as JSON has to be; the answers are kept as they are']
  expect(await run()).toMatchObject({ state: 'good', warnings })
  const { lines, body } = await readParcel(dataset)
  expect((await body(lines[0]!)).equals(latin)).toBe(true)
})

it.each([
  ['{ kind = "token", at = "cursor", param = "cursor" }', '{"cursor":150}'],
  ['{ kind = "number", size = 1, size_param = "limit" }', '{"limit":1,"page":2}'],
  ['{ kind = "offset", size = 1, limit_param = "limit" }', '{"limit":1,"offset":1}'],
  ['{ kind = "last-item", field = "id", param = "after" }', '{"after":7}'],
])('numbers stay numbers in a JSON body: %s', async (page, second) => {
  const { sent, export: run } = await made(
    [{ body: '{"rows": [{"id": 7}], "cursor": 150}' }, { body: '{"rows": []}' }],
    `items = "rows"\nkey = "id"\nparams_in = "json"\npage = ${page}`,
  )
  expect(await run()).toMatchObject({ state: 'good' })
  expect(sent[1]).toBe(second)
})
