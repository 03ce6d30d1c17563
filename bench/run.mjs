#!/usr/bin/env node
// Measures the built command line tool beside the least that its work can cost: a shell pipe, a shell loop, Node.js itself.
// node bench/run.mjs [SECTION…] [--quick] [--folder FOLDER] [--cli FILE]
//   SECTION          start-up, wrap, many-datasets, rest, archives, dumps, targets, views, packs, watch; all when left out
//   --only TEXT      only tables whose title has it
//   --quick          smaller sizes and fewer rounds, a minute in all
//   --folder FOLDER  where the files are made; it decides which disk is measured (default: the system's temporary folder)
//   --gb NUMBER      how large the largest dataset of views is (default 4)
//   --cli FILE       another build than dist/bin/unsilo.js
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { archives } from './archives.mjs'
import { dumps } from './dumps.mjs'
import { manyDatasets } from './many-datasets.mjs'
import { measure, programPath } from './measure.mjs'
import { packs } from './packs.mjs'
import { rest } from './rest.mjs'
import { startUp } from './start-up.mjs'
import { table, verdict } from './table.mjs'
import { targets } from './targets.mjs'
import { views } from './views.mjs'
import { watch } from './watch.mjs'
import { wrap } from './wrap.mjs'

const sections = {
  'start-up': startUp,
  wrap,
  'many-datasets': manyDatasets,
  rest,
  archives,
  dumps,
  targets,
  views,
  packs,
  watch,
}
const here = fileURLToPath(new URL('.', import.meta.url))

const { values: options, positionals } = readArguments()
const folder = mkdtempSync(join(resolve(options.folder), 'unsilo-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const [signal, status] of Object.entries({ SIGINT: 130, SIGTERM: 143 }))
  process.on(signal, () => process.exit(status))

const verdicts = []
const missing = new Set()

/** What a section needs. @typedef {typeof bench} Bench */
const bench = {
  quick: options.quick,
  /** Of the largest dataset. */
  gigabytes: Number(options.gb),
  only: options.only,
  /** For what is made; gone after the run. */
  folder,
  /** The time that generated datasets are made for. */
  now: new Date().toISOString(),
  node: process.execPath,
  /** The command that runs unsilo. */
  unsilo: (...parameters) => [process.execPath, resolve(options.cli), ...parameters],
  /** The contender, or none when its program is not installed. */
  peers(program, contender) {
    if (programPath(program) !== undefined) return [contender]
    missing.add(program)
    return []
  },
  /** Runs a generator; what it prints goes to the file `output`, a descriptor. */
  generate(script, parameters, output = 'ignore') {
    const { status } = spawnSync(process.execPath, [join(here, 'generate', script), ...parameters], {
      stdio: ['ignore', output, 'inherit'],
    })
    if (status !== 0) throw new Error(`${script} ended with ${status}`)
  },
  /** Measures and prints one table. */
  async show(title, rounds, contenders) {
    if (!title.includes(options.only)) return []
    const rows = await measure(contenders, { rounds, scratch: folder })
    verdicts.push(...rows.map(verdict))
    process.stdout.write(`\n${table(`${title}  (median of ${rounds})`, rows)}`)
    return rows
  },
  /** Prints one figure that is not a row. */
  judge(text, isReached, aim) {
    const said = isReached ? 'reached' : 'missed'
    verdicts.push(said)
    process.stdout.write(`\n${text}  (aim ${aim}: ${said})\n`)
  },
}

const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
process.stdout.write(`${process.platform}, ${cpus().length} cores, ${memory}, Node.js ${process.versions.node}\n`)
for (const name of positionals.length > 0 ? positionals : Object.keys(sections)) await sections[name](bench)

const count = (wanted) => verdicts.filter((one) => one === wanted).length
process.stdout.write(`\n${count('reached')} aims reached, ${count('missed')} missed\n`)
if (missing.size > 0) process.stdout.write(`not installed, so not compared: ${[...missing].join(', ')}\n`)

function readArguments() {
  try {
    const read = parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string', default: '' },
        gb: { type: 'string', default: '4' },
        folder: { type: 'string', default: tmpdir() },
        cli: { type: 'string', default: join(here, '../dist/bin/unsilo.js') },
      },
    })
    const unknown = read.positionals.find((name) => !Object.hasOwn(sections, name))
    if (unknown === undefined) return read
    throw new Error(`there is no section ${unknown}; there are ${Object.keys(sections).join(', ')}`)
  } catch (error) {
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
}
