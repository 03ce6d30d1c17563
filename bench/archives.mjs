// A folder of 20,000 small files as one archive: `tar | zstd` and Python's zipfile beside an export of a folder source.
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exporting, root } from './exporting.mjs'

const pythonZip = `
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[2] + '.tmp', 'w', zipfile.ZIP_DEFLATED) as archive:
    for folder, _, names in os.walk(sys.argv[1]):
        for name in names:
            path = os.path.join(folder, name)
            archive.write(path, os.path.relpath(path, sys.argv[1]))
os.sync()
os.rename(sys.argv[2] + '.tmp', sys.argv[2])`

/** @param {import('./run.mjs').Bench} bench */
export async function archives(bench) {
  const tree = join(bench.folder, 'tree')
  const [folders, filesEach] = bench.quick ? [20, 100] : [200, 100]
  makeTree(tree, folders, filesEach)
  const what = `${folders * filesEach} files, ${(folders * filesEach) / 100} MB`
  const rounds = bench.quick ? 3 : 7
  const aims = bench.quick ? {} : { memoryAimMiB: 150 }
  await bench.show(`archives: ${what}, tar.zst`, rounds, [
    ...bench.peers('zstd', { name: 'sh: tar | zstd -3 > tmp; sync; mv', command: tarZstd(bench, tree), memory: true }),
    { ...folderSource(bench, tree, 'tar.zst'), ...aims, ...(bench.quick ? {} : { aim: 1.3 }) },
  ])
  const command = ['python3', '-c', pythonZip, tree, join(bench.folder, 'out.zip')]
  await bench.show(`archives: ${what}, zip`, rounds, [
    ...bench.peers('python3', { name: "Python's zipfile, deflated; sync", command, memory: true }),
    // One and a half times as fast.
    { ...folderSource(bench, tree, 'zip'), ...aims, ...(bench.quick ? {} : { aim: 0.67 }) },
  ])
  rmSync(tree, { recursive: true })
  if (!bench.quick) await oneLargeFile(bench, tree)
}

async function oneLargeFile(bench, tree) {
  mkdirSync(tree)
  const output = openSync(join(tree, 'large.json'), 'w')
  bench.generate('gen-json.mjs', ['--mb', '1000'], output)
  closeSync(output)
  await bench.show('archives: one file of 1 GB, tar.zst', 3, [
    ...bench.peers('zstd', { name: 'sh: tar | zstd -3 > tmp; sync; mv', command: tarZstd(bench, tree), memory: true }),
    { ...folderSource(bench, tree, 'tar.zst'), memoryAimMiB: 150 },
  ])
  rmSync(tree, { recursive: true })
}

function tarZstd(bench, tree) {
  const script = 'tar -C "$1" -cf - . | zstd -q -3 > "$2.tmp" && sync "$2.tmp" && mv "$2.tmp" "$2"'
  return ['sh', '-c', script, 'sh', tree, join(bench.folder, 'out.tar.zst')]
}

function folderSource(bench, tree, format) {
  const dataset = root(bench, 'tree', `[source]\nkind = "folder"\npath = "${tree}"\nformat = "${format}"\n`)
  return { name: `unsilo export, format = "${format}"`, ...exporting(bench, dataset, 'tree'), memory: true }
}

/** Files of 10 KB on average, of words as in notes and code. */
function makeTree(tree, folders, filesEach) {
  let state = 1
  const random = (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const words = Array.from({ length: 4000 }, () => random(36 ** 6).toString(36))
  for (let folder = 0; folder < folders; folder++) {
    const path = join(tree, `folder ${folder}`)
    mkdirSync(path, { recursive: true })
    for (let file = 0; file < filesEach; file++) {
      const length = 100 + random(19_800)
      let text = ''
      while (text.length < length) text += `${words[random(random(4000) + 1)]} `
      writeFileSync(join(path, `note ${file}.txt`), text.slice(0, length))
    }
  }
}
