// Fifty datasets: a run in which all are due, and the report over years of parcels.
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const datasets = 50
const records = ['metrics.csv', 'ledger.ndjson']

/** @param {import('./run.mjs').Bench} bench */
export async function manyDatasets(bench) {
  await allDue(bench, 0)
  if (!bench.quick) await allDue(bench, 1000)
  await reports(bench)
}

async function allDue(bench, parcels) {
  const root = generate(bench, `due-${parcels}`, parcels, { due: true })
  const state = rememberState(root, join(bench.folder, 'records'))
  const plain = join(bench.folder, 'loop')
  for (const name of state.names) mkdirSync(join(plain, name), { recursive: true })
  // The commands themselves; and what a script adds for files that are whole or not there, and on the disk.
  const loop = (then) => {
    const script = `for d in "$1"/*/; do sh -c 'echo x > "$1/x.tmp"' sh "$d"; ${then} done`
    return ['sh', '-c', script, 'sh', plain]
  }
  await bench.show(`run: ${datasets} datasets with ${parcels} parcels each, all due`, bench.quick ? 5 : 11, [
    { name: `sh: ${datasets} × sh -c 'echo x > FILE'`, command: loop('') },
    { name: '  and sync, mv', command: loop('sync "$d/x.tmp"; mv "$d/x.tmp" "$d/x.txt";') },
    {
      name: 'unsilo run',
      command: bench.unsilo('--root', root, 'run'),
      before: state.restore,
      after: state.expectOneMore,
      // The loop never looks at earlier parcels.
      ...(parcels === 0 ? { aim: 4 } : {}),
    },
    ...bench.peers('export_manager', {
      name: 'export_manager process',
      command: ['export_manager', 'process', ...state.names.map((name) => join(root, name))],
      before: state.restore,
      after: state.expectOneMore,
    }),
  ])
  rmSync(root, { recursive: true })
  rmSync(plain, { recursive: true })
}

async function reports(bench) {
  const counts = bench.quick ? [1, 300] : [1, 300, 1000, 3000]
  const ratios = { with: [], without: [] }
  for (const parcels of counts) {
    const root = generate(bench, `report-${parcels}`, parcels, { due: false })
    const names = readdirSync(root)
    for (const ledger of ['with', 'without']) {
      if (ledger === 'without') for (const name of names) rmSync(join(root, name, 'ledger.ndjson'))
      const [, row] = await oneReport(bench, root, names, { parcels, ledger })
      if (row !== undefined) ratios[ledger].push(row.ratio)
    }
    rmSync(root, { recursive: true })
  }
  if (bench.quick) return
  for (const [ledger, [one, , thousand, threeThousand]] of Object.entries(ratios)) {
    // Not all of them were asked for.
    if (threeThousand === undefined) continue
    // Beside `node -e 0`, since minutes pass between the tables; without what a report costs that has nothing to read.
    const growth = (threeThousand - one) / (thousand - one)
    bench.judge(
      `report, ${ledger} ledger: 3 × the parcels take ${growth.toFixed(2)} × the time`,
      growth <= 3.3,
      '≤ 3.3',
    )
  }
}

function oneReport(bench, root, names, { parcels, ledger }) {
  // export_manager reads quadratically: at 1,000 parcels one run takes half a minute.
  const peer = {
    name: 'export_manager report',
    command: ['export_manager', 'report', ...names.map((name) => join(root, name))],
  }
  return bench.show(
    `report: ${datasets} × ${parcels} parcels, ${ledger} ledger`,
    bench.quick || parcels > 1000 ? 5 : 11,
    [
      { name: 'node -e 0', command: [bench.node, '-e', '0'] },
      {
        name: 'unsilo report',
        command: bench.unsilo('--root', root, 'report'),
        memory: true,
        ...(parcels === 1000 ? { aim: 6 } : {}),
      },
      ...(ledger === 'without' && parcels <= 300 ? bench.peers('export_manager', peer) : []),
    ],
  )
}

/** Makes datasets whose newest parcel is a day old when they are `due`, and a minute otherwise. */
function generate(bench, name, parcels, { due }) {
  const root = join(bench.folder, name)
  const shape = ['--datasets', datasets, '--parcels', parcels, '--due', due ? 1 : 0, '--ledger', 1].map(String)
  bench.generate('gen-datasets.mjs', ['--out', root, '--now', bench.now, ...shape])
  return root
}

/** Remembers what the datasets hold, to make them due again after each run. */
function rememberState(root, copies) {
  const names = readdirSync(root)
  const folders = names.flatMap((name) => ['data', 'incomplete', 'log'].map((folder) => join(root, name, folder)))
  const known = new Map(folders.map((folder) => [folder, new Set(readdirSync(folder))]))
  for (const name of names)
    for (const record of records) cpSync(join(root, name, record), join(copies, name, record), { force: true })
  return {
    names,
    restore() {
      for (const name of names)
        for (const record of records) cpSync(join(copies, name, record), join(root, name, record))
      for (const [folder, before] of known)
        for (const entry of readdirSync(folder))
          if (!before.has(entry)) rmSync(join(folder, entry), { recursive: true })
    },
    /** @throws when the run has not added one parcel to each dataset */
    expectOneMore() {
      for (const name of names) {
        const folder = join(root, name, 'data')
        if (readdirSync(folder).length !== known.get(folder).size + 1) throw new Error(`${name} has no new parcel`)
      }
    },
  }
}
