// Views: all snapshots of a list as one table, beside a loop in Python and beside DuckDB's own reader of JSON; one more snapshot;
// a question to the table that there is.
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programPath } from './measure.mjs'

const loop = fileURLToPath(new URL('generate/dedupe.py', import.meta.url))
const readJson = fileURLToPath(new URL('generate/dedupe.mjs', import.meta.url))
const askParquet = fileURLToPath(new URL('generate/ask-parquet.mjs', import.meta.url))

const counts = (dataset) =>
  `SELECT count(*), count(*) FILTER (_last_seen = (SELECT max(_last_seen) FROM ${dataset}.items)) FROM ${dataset}.items`
const configs = {
  stream: '[views.items]\nkey = "id"\nwindow = { newest = 1000, by = "created_utc" }\n',
  full: '[views.items]\nkey = "id"\n',
}

/** @param {import('./run.mjs').Bench} bench */
export async function views(bench) {
  if (bench.only === 'memory') {
    await largeOne(bench)
    return
  }
  const days = bench.quick ? 15 : 365
  const stream = generate(bench, 'stream', ['--days', days])
  await fromScratch(bench, stream, bench.quick ? 1 : 3)
  await questions(bench, stream)
  rmSync(stream.root, { recursive: true })
  const sizes = bench.quick ? ['--days', 15, '--from-items', 1000, '--to-items', 2000] : ['--days', 365]
  const full = generate(bench, 'full', [...sizes, '--every', 3], 'growing')
  await fromScratch(bench, full, 1)
  rmSync(full.root, { recursive: true })
  for (const parcels of bench.quick ? [10, 100] : [10, 100, 1000, 10_000]) await oneMore(bench, parcels)
  await largeOne(bench)
}

/** A dataset of what `gen-corpus.mjs` makes, as parcels that were put there by hand. */
function generate(bench, kind, parameters, name = kind) {
  const made = join(bench.folder, `made-${name}`)
  bench.generate('gen-corpus.mjs', ['--out', made, '--kind', kind, ...parameters.map(String)])
  const root = join(bench.folder, `root-${name}`)
  const data = join(root, name, 'data')
  mkdirSync(data, { recursive: true })
  writeFileSync(join(root, name, 'config.toml'), configs[kind])
  let bytes = 0
  for (const file of readdirSync(made)) {
    linkSync(join(made, file), join(data, parcelName(file)))
    bytes += statSync(join(made, file)).size
  }
  const next = readdirSync(bench.folder).includes(`made-${name}.next`) ? `${made}.next` : undefined
  rmSync(made, { recursive: true })
  return { name, root, data, cache: join(root, name, '.cache'), next, files: readdirSync(data).length, bytes }
}

/** As in 20240101T060000Z.json. */
function parcelName(file) {
  return `${file.slice(0, 4)}-${file.slice(4, 6)}-${file.slice(6)}`
}

async function fromScratch(bench, dataset, rounds) {
  await scratchTable(bench, dataset, rounds, '.json')
  if (programPath('zstd') === undefined) return
  const files = readdirSync(dataset.data).map((name) => join(dataset.data, name))
  run(['zstd', '-q', '-3', '--rm', ...files])
  await scratchTable(bench, dataset, rounds, '.json.zst')
}

async function scratchTable(bench, { name, root, data, cache, files, bytes }, rounds, extension) {
  const fresh = { before: () => rmSync(cache, { recursive: true, force: true }), memory: true }
  const aims = bench.quick ? {} : { memoryAimMiB: 1024 }
  const contenders = [
    ...bench.peers('python3', {
      name: 'Python: json.load, a dictionary',
      command: ['python3', loop, data],
    }),
    { name: "DuckDB's read_json, arg_max", command: [bench.node, readJson, data], memory: true },
    {
      name: 'unsilo query, from nothing',
      command: bench.unsilo('--root', root, 'query', '--format', 'csv', counts(name)),
      ...fresh,
      ...aims,
      ...(bench.quick || programPath('python3') === undefined ? {} : { aim: 0.12 }),
    },
    { name: 'unsilo views, from nothing', command: bench.unsilo('--root', root, 'views', name), ...fresh },
  ]
  sayTheSame(contenders.slice(0, -1))
  const size = `${files} snapshots, ${Math.round(bytes / 1e6)} MB as ${extension}`
  const rows = await bench.show(`views: ${name}, ${size}`, rounds, contenders)
  if (rows.length === 0 || bench.quick) return
  const [duckdb, unsilo] = rows.slice(-3).map(({ medianMs }) => medianMs)
  const ratio = unsilo / duckdb
  bench.judge(`${name}, ${extension}: ${ratio.toFixed(2)} × DuckDB's read_json`, ratio <= 0.5, '≤ 0.5')
}

/** A peer that does something else proves nothing. */
function sayTheSame(contenders) {
  const said = contenders.map(({ command }) => run(command).match(/\d+/g)?.slice(-2).join(' '))
  if (new Set(said).size > 1) throw new Error(`they do not say the same: ${said.join(', ')}`)
}

async function questions(bench, { name, root, cache }) {
  const sql = `SELECT subreddit_name_prefixed, count(*), max(ups) FROM items GROUP BY ALL ORDER BY 2 DESC, 1 LIMIT 20`
  run(bench.unsilo('--root', root, 'query', counts(name)))
  const table = join(bench.folder, 'items.parquet')
  copyFileSync(findTable(join(cache, 'views', 'items')), table)
  await bench.show('views: a question to the table that there is', bench.quick ? 5 : 11, [
    { name: 'DuckDB over a plain Parquet file', command: [bench.node, askParquet, table, sql] },
    {
      name: 'unsilo query',
      command: bench.unsilo('--root', root, 'query', '--format', 'csv', sql.replace('items', `${name}.items`)),
      ...(bench.quick ? {} : { aim: 1.2 }),
    },
  ])
}

function findTable(folder) {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((path) =>
    path.endsWith('items.parquet'),
  )
  if (found === undefined) throw new Error(`${folder} has no table`)
  return join(folder, found)
}

/** Of a feed with 20 items a snapshot, so that what counts is how many there are. */
async function oneMore(bench, parcels) {
  const dataset = generate(
    bench,
    'stream',
    ['--days', parcels, '--window', 20, '--new', 2, '--extra', 1],
    `feed-${parcels}`,
  )
  const [file] = readdirSync(dataset.next)
  const added = join(dataset.data, parcelName(file))
  const kept = join(bench.folder, 'kept')
  const command = bench.unsilo('--root', dataset.root, '--quiet', 'views', dataset.name)
  run(command)
  cpSync(dataset.cache, kept, { recursive: true, preserveTimestamps: true })
  await bench.show(`views: one more snapshot after ${parcels}`, bench.quick ? 3 : 11, [
    { name: 'node -e 0', command: [bench.node, '-e', '0'] },
    {
      name: 'unsilo views',
      command,
      before() {
        rmSync(dataset.cache, { recursive: true })
        cpSync(kept, dataset.cache, { recursive: true, preserveTimestamps: true })
        copyFileSync(join(dataset.next, file), added)
      },
      after() {
        rmSync(added)
        if (readFileSync(join(bench.folder, 'stderr'), 'utf8').trim() !== '') throw new Error('it complained')
      },
      memory: true,
      ...(bench.quick ? {} : { aim: 3 }),
    },
  ])
  rmSync(kept, { recursive: true })
  rmSync(dataset.root, { recursive: true })
  rmSync(dataset.next, { recursive: true })
}

/** More than fits into the memory that it may take. */
async function largeOne(bench) {
  const gigabytes = bench.quick ? 0.1 : bench.gigabytes
  // Each snapshot some 100 MB.
  const snapshots = Math.max(2, Math.round(gigabytes * 10))
  const [first, last] = bench.quick ? [10_000, 20_000] : [80_000, 110_000]
  // Compressed: 20 GB of it take 4 GB of the disk.
  const sizes = ['--days', snapshots, '--from-items', first, '--to-items', last, '--gzip']
  const dataset = generate(bench, 'full', sizes, 'large')
  await bench.show(`views: memory for ${dataset.files} snapshots, some ${gigabytes} GB, from nothing`, 1, [
    {
      name: 'gzip -dc > /dev/null',
      command: ['sh', '-c', 'gzip -dc "$1"/* > /dev/null', 'sh', dataset.data],
    },
    {
      name: 'unsilo views',
      command: bench.unsilo('--root', dataset.root, 'views', 'large'),
      before: () => rmSync(dataset.cache, { recursive: true, force: true }),
      memory: true,
      memoryAimMiB: 1024,
    },
    {
      name: 'unsilo query',
      command: bench.unsilo('--root', dataset.root, 'query', '--format', 'csv', counts('large')),
      before: () => rmSync(dataset.cache, { recursive: true, force: true }),
      memory: true,
      memoryAimMiB: 1024,
    },
  ])
  rmSync(dataset.root, { recursive: true })
}

/** @returns what it printed */
function run([program, ...parameters]) {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, { encoding: 'utf8' })
  if (status === 0) return stdout
  throw new Error(`${program} ${parameters.join(' ').slice(0, 500)}\nended with ${status}: ${error?.message ?? stderr}`)
}
