// Packs: a year of daily snapshots put together, beside zstd of each and beside a tar of all in the shell.
import { linkSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './exporting.mjs'

const corpora = [
  { kind: 'stream', parameters: [], aimMB: 4 },
  { kind: 'full', parameters: ['--every', '3'], aimMB: 21 },
]

/** @param {import('./run.mjs').Bench} bench */
export async function packs(bench) {
  for (const { kind, parameters, aimMB } of corpora) {
    const snapshots = join(bench.folder, `snapshots-${kind}`)
    const some = bench.quick ? ['--limit', '40'] : []
    bench.generate('gen-corpus.mjs', ['--out', snapshots, '--kind', kind, ...parameters, ...some])
    const names = readdirSync(snapshots).filter((name) => name.endsWith('.json'))
    const rawBytes = sizeOf(snapshots, names)
    const sizes = {}
    const rows = await bench.show(
      `packs: ${kind}, ${names.length} snapshots, ${megabytes(rawBytes)}`,
      bench.quick ? 1 : 3,
      [
        ...bench.peers('zstd', {
          name: 'sh: tar | zstd -3 --long=27 > tmp; sync; mv',
          command: inShell(
            'tar -C "$1" --sort=name -cf - . | zstd -q -3 --long=27 > "$2.tmp" && sync "$2.tmp" && mv "$2.tmp" "$2"',
            snapshots,
            bench,
          ),
          after: () => (sizes.solid = statSync(join(bench.folder, 'out')).size),
          memory: true,
        }),
        ...bench.peers('zstd', {
          name: 'sh: zstd -3 of each',
          command: inShell(
            'mkdir -p "$2.each" && zstd -q -f -3 --output-dir-flat "$2.each" "$1"/*.json',
            snapshots,
            bench,
          ),
          after: () => (sizes.each = sizeOf(join(bench.folder, 'out.each'))),
        }),
        packing(bench, snapshots, names, 'year', sizes),
        packing(bench, snapshots, names, 'month', sizes),
      ],
    )
    for (const [name, bytes] of Object.entries(sizes)) process.stdout.write(`${name.padEnd(6)} ${megabytes(bytes)}\n`)
    if (!bench.quick && sizes.year !== undefined)
      bench.judge(`${kind}: one pack of all has ${megabytes(sizes.year)}`, sizes.year <= aimMB * 1e6, `<= ${aimMB} MB`)
    const year = rows.find(({ name }) => name.includes('"year"'))
    if (!bench.quick && year !== undefined) {
      const speed = rawBytes / 1e3 / year.medianMs
      bench.judge(`${kind}: packed, read back and compared at ${Math.round(speed)} MB/s`, speed >= 100, '>= 100 MB/s')
    }
    for (const made of [snapshots, join(bench.folder, 'out'), join(bench.folder, 'out.each')])
      rmSync(made, { recursive: true, force: true })
  }
}

function inShell(script, snapshots, bench) {
  return ['sh', '-c', script, 'sh', snapshots, join(bench.folder, 'out')]
}

/** Packs all of them: one parcel more, of later, is the newest, which stays by itself. */
function packing(bench, snapshots, names, per, sizes) {
  const folder = root(bench, 'd', `pack = { after = "1 day", per = "${per}" }\n`)
  const data = join(folder, 'd/data')
  return {
    name: `unsilo pack, per = "${per}"`,
    command: bench.unsilo('--root', folder, '--quiet', 'pack'),
    memory: true,
    memoryAimMiB: 328,
    before() {
      for (const name of readdirSync(join(folder, 'd')))
        if (name !== 'config.toml') rmSync(join(folder, 'd', name), { recursive: true })
      mkdirSync(data)
      // 20240101T060000Z.json
      const idOf = (name) => `${name.slice(0, 4)}-${name.slice(4, 6)}-${name.slice(6, 11)}${name.slice(11)}`
      for (const name of names) linkSync(join(snapshots, name), join(data, idOf(name)))
      writeFileSync(join(data, '2025-06-01T060000Z.json'), '[]')
    },
    after() {
      const left = readdirSync(data).filter((name) => name.endsWith('.json'))
      if (left.length !== 1) throw new Error(`${left.length} parcels were left in ${data}`)
      sizes[per] = sizeOf(
        data,
        readdirSync(data).filter((name) => name.endsWith('.zst')),
      )
    },
  }
}

function sizeOf(folder, names = readdirSync(folder)) {
  return names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 2 : 0)} MB`
}
