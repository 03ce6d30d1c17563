// Pages of an HTTP API: processor time beside a bare fetch loop, memory, and a stream of a million records with a kill.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { buildSync } from 'esbuild'

const perPage = 100
const usageScript = pathToFileURL(fileURLToPath(new URL('generate/tell-usage.mjs', import.meta.url))).href
const loopScript = fileURLToPath(new URL('generate/fetch-loop.mjs', import.meta.url))

/** @param {import('./run.mjs').Bench} bench */
export async function rest(bench) {
  const service = await startService(bench)
  try {
    overhead(bench, service.url, bench.quick ? 300 : 1000, bench.quick ? 3 : 7)
    if (bench.quick) return
    memory(bench, service.url)
    await million(bench, service.url)
  } finally {
    service.stop()
  }
}

/** The simulated service of the tests, as a process of its own. */
async function startService(bench) {
  const bundle = join(bench.folder, 'service.mjs')
  buildSync({
    entryPoints: [fileURLToPath(new URL('../test/simulator/service/serve-command.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: bundle,
  })
  const options = JSON.stringify({
    account: { createdPerDay: 0 },
    rate: { limit: 1e9, seconds: 3600 },
    lastsSeconds: 3600,
  })
  const child = spawn(bench.node, [bundle, options], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout, 'data')
  return { url: String(line).trim(), stop: () => child.kill() }
}

function overhead(bench, url, pages, rounds) {
  const loop = join(bench.folder, 'loop')
  const usage = { loop: [], unsilo: [] }
  for (let round = -1; round < rounds; round++) {
    const script = [loopScript, '--url', addressOf(url, pages), '--out', loop]
    const bare = runNode(bench, script)
    expectPages(loop, pages)
    const root = prepare(bench, url, pages)
    const own = runNode(bench, bench.unsilo('--root', root, 'run').slice(1))
    expectPages(parcelOf(root), pages)
    if (round < 0) continue
    usage.loop.push(bare)
    usage.unsilo.push(own)
  }
  const perPageMs = usage.unsilo.map(({ cpuMs }, round) => (cpuMs - usage.loop[round].cpuMs) / pages)
  print(`rest: ${pages} pages of ${perPage} records  (median of ${rounds})`, [
    ['', 'processor time', 'elapsed', 'peak memory'],
    ...Object.entries({ 'a fetch loop that writes the same files': usage.loop, 'unsilo run': usage.unsilo }).map(
      ([name, all]) => [
        name,
        `${(median(all.map(({ cpuMs }) => cpuMs)) / pages).toFixed(2)} ms a page`,
        `${(median(all.map(({ elapsedMs }) => elapsedMs)) / pages).toFixed(2)} ms a page`,
        `${Math.round(median(all.map(({ peakMiB }) => peakMiB)))} MiB`,
      ],
    ),
  ])
  const more = median(perPageMs)
  bench.judge(`rest: ${more.toFixed(2)} ms of processor time a page more than the fetch loop`, more <= 2, '≤ 2 ms')
}

function memory(bench, url) {
  for (const pages of [1000, 10_000]) {
    const root = prepare(bench, url, pages)
    const { peakMiB, elapsedMs } = runNode(bench, bench.unsilo('--root', root, 'run').slice(1))
    expectPages(parcelOf(root), pages)
    const text = `rest: ${pages} pages in ${(elapsedMs / 1000).toFixed(1)} s, at most ${Math.round(peakMiB)} MiB`
    bench.judge(text, peakMiB < 150, '< 150 MiB')
  }
}

/** Kills the export of a million records in the middle, and lets the next run go on with it. */
async function million(bench, url) {
  const pages = 10_000
  const root = prepare(bench, url, pages)
  const [program, ...parameters] = bench.unsilo('--root', root, 'run')
  const child = spawn(program, parameters, { stdio: 'ignore' })
  const ended = once(child, 'exit')
  while (child.exitCode === null && linesOf(root) < pages / 2) await new Promise((resolve) => setTimeout(resolve, 200))
  child.kill('SIGKILL')
  await ended
  const before = linesOf(root)
  const { peakMiB, elapsedMs } = runNode(bench, bench.unsilo('--root', root, 'run').slice(1))
  const parcel = parcelOf(root)
  expectPages(parcel, pages)
  const { resumedRequests, streams } = JSON.parse(readFileSync(join(parcel, 'manifest.json'), 'utf8'))
  const isWhole = streams.records.complete && streams.records.items === 1_000_000 && resumedRequests >= before - 1
  const text = `rest: 1,000,000 records, killed after ${before} of ${pages} pages; the next run took ${(elapsedMs / 1000).toFixed(1)} s and ${Math.round(peakMiB)} MiB`
  bench.judge(text, isWhole && peakMiB < 150, 'all of them, < 150 MiB')
}

function addressOf(url, pages) {
  return `${url}/many?limit=${perPage}&total=${pages * perPage}`
}

function prepare(bench, url, pages) {
  const root = join(bench.folder, 'root')
  rmSync(root, { recursive: true, force: true })
  mkdirSync(join(root, 'many'), { recursive: true })
  writeFileSync(
    join(root, 'many/config.toml'),
    `interval = "1 day"
[source]
kind = "rest"
base = "${url}"
[[source.streams]]
name = "records"
path = "/many"
items = "results"
key = "id"
params = { limit = ${perPage}, total = ${pages * perPage} }
page = { kind = "token", at = "next_cursor", param = "cursor" }
cursor = { field = "updated_at", param = "since" }
`,
  )
  return root
}

function parcelOf(root) {
  const data = join(root, 'many/data')
  return join(data, readdirSync(data)[0])
}

function linesOf(root) {
  const folder = join(root, 'many/incomplete')
  const [name] = existsSync(folder) ? readdirSync(folder) : []
  const path = join(folder, name ?? '', 'requests.ndjson')
  return name !== undefined && existsSync(path) ? countLines(path) : 0
}

/** @throws when there are not so many bodies and lines */
function expectPages(folder, pages) {
  const bodies = readdirSync(join(folder, 'bodies')).length
  const lines = countLines(join(folder, 'requests.ndjson'))
  if (bodies !== pages || lines !== pages) throw new Error(`${folder} has ${bodies} bodies and ${lines} lines`)
}

function countLines(path) {
  return readFileSync(path, 'utf8').split('\n').length - 1
}

/** @returns what a script has used: processor time and peak memory, as Node.js tells them. @throws when it failed */
function runNode(bench, script) {
  const told = join(bench.folder, 'usage.json')
  spawnSync('sync')
  const startedAt = performance.now()
  const { status, stderr } = spawnSync(bench.node, ['--import', usageScript, ...script], {
    env: { ...process.env, BENCH_USAGE: told, NO_COLOR: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const elapsedMs = performance.now() - startedAt
  if (status !== 0) throw new Error(`${script.join(' ')}\nended with ${status}: ${stderr}`)
  return { ...JSON.parse(readFileSync(told, 'utf8')), elapsedMs }
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

function print(title, rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  '),
  )
  process.stdout.write(`\n${title}\n${lines.map((line) => `  ${line}`).join('\n')}\n`)
}
