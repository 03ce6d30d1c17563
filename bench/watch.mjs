// A look at many datasets with years of parcels: it is started every quarter of an hour, and takes no lock.
import { rmSync } from 'node:fs'
import { join } from 'node:path'

/** @param {import('./run.mjs').Bench} bench */
export async function watch(bench) {
  const [datasets, parcels] = bench.quick ? [50, 300] : [200, 1000]
  const root = join(bench.folder, 'watched')
  const shape = ['--datasets', datasets, '--parcels', parcels, '--due', 0, '--ledger', 1].map(String)
  bench.generate('gen-datasets.mjs', ['--out', root, '--now', bench.now, ...shape])
  const [, row] = await bench.show(`watch: ${datasets} × ${parcels} parcels`, bench.quick ? 5 : 11, [
    { name: 'node -e 0', command: [bench.node, '-e', '0'] },
    // The first look of all also writes the page, which the others find to be right still.
    { name: 'unsilo watch', command: bench.unsilo('--root', root, 'watch'), memory: true },
  ])
  if (!bench.quick && row !== undefined) {
    bench.judge(`watch takes ${(row.medianMs / 1000).toFixed(2)} s`, row.medianMs < 1000, '< 1 s')
  }
  rmSync(root, { recursive: true })
}
