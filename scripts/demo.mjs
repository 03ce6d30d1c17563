#!/usr/bin/env node
// The main job on this machine's own data: makes a root in a temporary folder, runs it twice, prints the report.
// No server, no account, nothing outside that folder is written.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const unsilo = join(repository, 'dist/bin/unsilo.js')
const root = mkdtempSync(join(tmpdir(), 'unsilo-demo-'))
const quoted = `'${repository.replaceAll("'", `'\\''`)}'`

const datasets = {
  dependencies: `# A JSON file, checked while it streams, compressed, with a number to watch.
interval = "1 day"
cmd = "cat ${quoted}/package-lock.json"
stdout = "json"
compress = "gzip"
metrics.packages.cmd = "gzip -dc $PARCEL_PATH | grep -c '\\"version\\"'"
keep = 5
`,
  source: `# A folder: the command makes $PARCEL_PATH and fills it.
interval = "1 day"
cmd = "mkdir $PARCEL_PATH && cp -R ${quoted}/src ${quoted}/docs $PARCEL_PATH"
[keep]
daily = 7
weekly = 4
`,
  settings: `# This machine's own settings, as one archive.
interval = "1 week"
cmd = "cd /etc && tar -cf $PARCEL_PATH.tar hosts passwd group"
`,
  processes: `# What runs right now; an interval so short that the second run is due again.
interval = "1 second"
max_age = "1 day"
cmd = "(echo pid,command; for p in /proc/[0-9]*; do echo \\"\${p#/proc/},$(cat $p/comm 2>/dev/null)\\"; done) > $PARCEL_PATH.csv"
metrics.processes.cmd = "wc -l < $PARCEL_PATH"
keep = 3
`,
  'broken-on-purpose': `# Half of a JSON file, from a command that ends with 0: unsilo looks at the content, and says so.
interval = "1 day"
cmd = "head -c 1000 ${quoted}/package-lock.json"
stdout = "json"
`,
}

function say(text) {
  process.stdout.write(`\n\u001B[1m${text}\u001B[0m\n`)
}

function run(expected, ...parameters) {
  say(`$ unsilo ${parameters.join(' ')}`)
  const { status } = spawnSync(process.execPath, [unsilo, '--root', root, ...parameters], { stdio: 'inherit' })
  if (status === expected) return
  process.stderr.write(`unsilo ended with ${status}, and the demo expects ${expected}\n`)
  process.exit(1)
}

for (const [name, config] of Object.entries(datasets)) {
  mkdirSync(join(root, name))
  writeFileSync(join(root, name, 'config.toml'), config)
}
say(`${Object.keys(datasets).length} datasets in ${root}`)
run(1, 'run')
spawnSync('sleep', ['1'])
run(0, 'run')
run(0, 'report')
say('Now type:')
process.stdout.write(`  export UNSILO_ROOT=${root}
  alias unsilo='${unsilo}'
  unsilo parcels processes          # what is there
  unsilo why broken-on-purpose      # what is wrong, and what to do next
  unsilo log broken-on-purpose      # what happened
  unsilo config show dependencies   # every setting, and where it comes from
  unsilo init my-dataset            # your own: then edit my-dataset/config.toml
`)
