// A command's output in a durable file: a shell pipe with fsync and rename, beside `unsilo wrap`.
import { closeSync, openSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** @param {import('./run.mjs').Bench} bench */
export async function wrap(bench) {
  await tinyCommand(bench)
  for (const megabytes of bench.quick ? [10, 100] : [10, 500]) {
    const input = join(bench.folder, `${megabytes}.json`)
    generateJson(bench, megabytes, input)
    await compressed(bench, megabytes, input, megabytes === 500 ? { aim: 1.1, memoryAimMiB: 120 } : {})
    await plain(bench, megabytes, input)
    rmSync(input)
  }
}

function generateJson(bench, megabytes, path) {
  const output = openSync(path, 'w')
  bench.generate('gen-json.mjs', ['--mb', String(megabytes)], output)
  closeSync(output)
}

/** Begins with no output file and checks that there is one, so that all runs do the same. */
function writes(output, leastBytes) {
  return {
    before: () => rmSync(output, { force: true }),
    after: () => {
      if (statSync(output).size < leastBytes) throw new Error(`${output} is too small`)
    },
  }
}

async function tinyCommand(bench) {
  const output = join(bench.folder, 'tiny.txt')
  const same = writes(output, 2)
  await bench.show('wrap: echo x', bench.quick ? 11 : 21, [
    { name: 'sh: echo > tmp; sync; mv', command: shell('echo x > "$2.tmp"', '', output), ...same },
    { name: 'node -e 0', command: [bench.node, '-e', '0'] },
    { name: 'unsilo wrap', command: bench.unsilo('wrap', output, '--', 'echo', 'x'), ...same },
    ...bench.peers('arctee', { name: 'arctee', command: ['arctee', output, '--', 'echo', 'x'], ...same }),
  ])
}

async function compressed(bench, megabytes, input, toReach) {
  const output = join(bench.folder, 'out.json.zst')
  const same = writes(output, megabytes * 1e5)
  const unsilo = (...options) => bench.unsilo('wrap', ...options, '--compress', 'zstd', output, '--', 'cat', input)
  const reference = bench.peers('zstd', {
    name: 'sh: cat | zstd -3 > tmp; sync; mv',
    command: shell('cat "$1" | zstd -q -3 > "$2.tmp"', input, output),
    memory: true,
    ...same,
  })
  if (reference.length === 0) return
  await bench.show(`wrap: ${megabytes} MB of JSON, zstd`, roundsFor(bench, megabytes), [
    ...reference,
    { name: 'unsilo wrap --compress zstd', command: unsilo(), ...same, ...toReach, memory: true },
    { name: '  and --require json', command: unsilo('--require', 'json'), ...same, memory: true },
    ...bench.peers('arctee', {
      name: 'arctee -c zstd',
      command: ['arctee', '-c', 'zstd', output, '--', 'cat', input],
      memory: true,
      ...same,
    }),
  ])
}

async function plain(bench, megabytes, input) {
  const output = join(bench.folder, 'out.json')
  const same = { ...writes(output, megabytes * 1e6), memory: true }
  await bench.show(`wrap: ${megabytes} MB of JSON, as it is`, roundsFor(bench, megabytes), [
    { name: 'sh: cat > tmp; sync; mv', command: shell('cat "$1" > "$2.tmp"', input, output), ...same },
    { name: 'unsilo wrap', command: bench.unsilo('wrap', output, '--', 'cat', input), ...same },
    {
      name: '  and --require json',
      command: bench.unsilo('wrap', '--require', 'json', output, '--', 'cat', input),
      ...same,
    },
  ])
  rmSync(output)
}

function roundsFor(bench, megabytes) {
  if (megabytes > 100) return 5
  return bench.quick ? 5 : 11
}

/** What a careful shell script does: the file is whole and on the disk before it has its name. */
function shell(write, input, output) {
  return ['sh', '-c', `${write} && sync "$2.tmp" && mv "$2.tmp" "$2"`, 'sh', input, output]
}
