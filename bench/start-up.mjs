// How long unsilo takes to begin, beside Node.js itself.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** @param {import('./run.mjs').Bench} bench */
export async function startUp(bench) {
  const empty = join(bench.folder, 'empty')
  const idle = join(bench.folder, 'idle')
  mkdirSync(empty)
  bench.generate('gen-datasets.mjs', [
    '--out',
    idle,
    '--parcels',
    '1',
    '--due',
    '0',
    '--ledger',
    '1',
    '--now',
    bench.now,
  ])
  await bench.show('start-up', bench.quick ? 11 : 21, [
    { name: 'node -e 0', command: [bench.node, '-e', '0'] },
    { name: 'unsilo --version', command: bench.unsilo('--version'), aim: 1.4 },
    { name: 'unsilo --help', command: bench.unsilo('--help'), aim: 1.4 },
    { name: 'unsilo report, no datasets', command: bench.unsilo('--root', empty, 'report') },
    { name: 'unsilo run, none of 50 due', command: bench.unsilo('--root', idle, 'run') },
  ])
}
