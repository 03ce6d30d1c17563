#!/usr/bin/env node
// The least that an export of pages can do: fetch, write the body, note the request, read where the next page is.
// node fetch-loop.mjs --url URL --out FOLDER
import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readOptions } from './rng.mjs'

const options = readOptions({ url: undefined, out: undefined })
rmSync(options.out, { recursive: true, force: true })
mkdirSync(join(options.out, 'bodies'), { recursive: true })

let cursor
for (let n = 1; n === 1 || cursor !== null; n++) {
  const url = new URL(options.url)
  if (cursor !== undefined) url.searchParams.set('cursor', cursor)
  const at = new Date()
  const response = await fetch(url)
  const body = Buffer.from(await response.arrayBuffer())
  const name = `bodies/${String(n).padStart(6, '0')}.json`
  writeFileSync(join(options.out, name), body)
  const { results, next_cursor: next } = JSON.parse(body.toString('utf8'))
  const line = {
    n,
    method: 'GET',
    url: url.href,
    at: at.toISOString(),
    ms: Date.now() - at.getTime(),
    status: response.status,
    headers: { date: response.headers.get('date'), 'content-type': response.headers.get('content-type') },
    body: name,
    bytes: body.length,
    sha256: createHash('sha256').update(body).digest('hex'),
    items: results.length,
  }
  appendFileSync(join(options.out, 'requests.ndjson'), `${JSON.stringify(line)}\n`)
  cursor = next
}
