#!/usr/bin/env node
// Datasets as export_manager lays them out: config.toml, metrics.csv, data/ID.txt, log/ID.out and .err; a parcel a day.
// node gen-datasets.mjs --out FOLDER [--datasets 50] [--parcels 0] [--interval "1 day"] [--now 2026-01-01T00:00:00Z]
//                       [--due 1] [--keep 0] [--metric COMMAND] [--ledger 0]
// The newest parcel is a day older than --now; with --due 0 a minute. --ledger 1 adds unsilo's ledger.ndjson.
import { createHash } from 'node:crypto'
import { linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readOptions } from './rng.mjs'

const options = readOptions({
  out: undefined,
  datasets: 50,
  parcels: 0,
  interval: '1 day',
  now: '2026-01-01T00:00:00Z',
  due: true,
  keep: 0,
  metric: '',
  ledger: false,
})
const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const body = 'x\n'
const sha256 = createHash('sha256').update(body).digest('hex')

const newestMs = Math.floor(Date.parse(options.now) / 1000) * 1000 - (options.due ? dayMs : minuteMs)
const parcels = Array.from({ length: options.parcels }, (_, index) => {
  const at = new Date(newestMs - (options.parcels - 1 - index) * dayMs)
  return { at, id: `${at.toISOString().slice(0, 19).replaceAll(':', '')}Z` }
})
const metrics = metricsText()
const ledger = options.ledger ? parcels.flatMap(ledgerLines).join('') : undefined
for (let number = 0; number < options.datasets; number++) {
  writeDataset(join(options.out, `ds${String(number).padStart(3, '0')}`))
}

function writeDataset(folder) {
  for (const name of ['data', 'incomplete', 'log']) mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'config.toml'), configText())
  writeFileSync(join(folder, 'metrics.csv'), metrics)
  if (ledger !== undefined) writeFileSync(join(folder, 'ledger.ndjson'), ledger)
  writeAll(
    parcels.map(({ id }) => join(folder, 'data', `${id}.txt`)),
    body,
  )
  writeAll(
    parcels.flatMap(({ id }) => [join(folder, 'log', `${id}.out`), join(folder, 'log', `${id}.err`)]),
    '',
  )
}

/** Files with the same content are links to one: a link costs a third of a file, to make and to remove. */
function writeAll(paths, content) {
  const [first, ...others] = paths
  if (first === undefined) return
  writeFileSync(first, content)
  for (const path of others) {
    try {
      linkSync(first, path)
    } catch {
      // A file system without links, or with enough of them.
      writeFileSync(path, content)
    }
  }
}

function configText() {
  const lines = ['cmd = "echo x > $PARCEL_PATH.txt"', `interval = ${JSON.stringify(options.interval)}`]
  if (options.keep > 0) lines.push(`keep = ${options.keep}`)
  if (options.metric !== '') lines.push(`metrics.lines.cmd = ${JSON.stringify(options.metric)}`)
  return lines.map((line) => `${line}\n`).join('')
}

function metricsText() {
  const rows = parcels.map(({ id }) => `${id},Y,1,${body.length}`)
  return ['parcel_id,success,files,bytes', ...rows].map((row) => `${row}\r\n`).join('')
}

function ledgerLines({ at, id }) {
  const sealedAt = new Date(at.getTime() + 1000)
  const started = { at, event: 'started', parcel: id, by: 'export', pid: 1, host: 'h' }
  const outcome = { state: 'good', name: `${id}.txt`, files: 1, bytes: body.length, sha256, tries: 1, durationMs: 5 }
  const sealed = { at: sealedAt, event: 'sealed', parcel: id, ...outcome }
  return [started, sealed].map((line) => `${JSON.stringify(line)}\n`)
}
