// Times commands side by side and says how much memory they took at most.
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * @typedef {object} Contender A command that is timed. The first of a list is the reference of all others.
 * @property {string} name
 * @property {string[]} command the program and its arguments
 * @property {string} [folder] where it runs
 * @property {() => void} [before] brings the files into the state that a run begins with; not timed
 * @property {() => void} [after] throws when the run did not do its work; not timed
 * @property {number} [aim] the ratio to the reference that must not be exceeded
 * @property {boolean} [memory] whether the peak memory counts
 * @property {number} [memoryAimMiB]
 */

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {number} medianMs
 * @property {number} [ratio] the median of the ratios to the reference, round by round; the reference has none
 * @property {number} [aim]
 * @property {number} [peakMiB] `undefined` where the machine does not tell
 * @property {number} [memoryAimMiB]
 */

/**
 * Runs the contenders in turn (A B A B …), so that a noisy minute of the machine hits all of them, after `warmUps` rounds
 * that do not count. Peak memory is measured in a run of its own, which is not timed.
 *
 * @param {readonly Contender[]} contenders
 * @param {{ rounds: number, warmUps?: number, scratch: string }} options `scratch`: a folder for what goes wrong
 * @returns {Promise<Row[]>}
 */
export async function measure(contenders, { rounds, warmUps = 1, scratch }) {
  const times = contenders.map(() => [])
  for (let round = -warmUps; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const ms = timeOnce(contender, scratch)
      if (round >= 0) times[index].push(ms)
    }
  }
  const rows = []
  for (const [index, { name, aim, memoryAimMiB, ...contender }] of contenders.entries()) {
    const ratio = index === 0 ? undefined : median(times[index].map((ms, round) => ms / times[0][round]))
    const peakMiB = contender.memory ? await peakMemory(contender, scratch) : undefined
    rows.push({ name, medianMs: median(times[index]), ratio, aim, peakMiB, memoryAimMiB })
  }
  return rows
}

function timeOnce(contender, scratch) {
  if (contender.before !== undefined) {
    contender.before()
    // Otherwise the first fsync of the run would write what the preparation has changed.
    spawnSync('sync')
  }
  const ms = run(contender.command, contender.folder, scratch)
  contender.after?.()
  return ms
}

/** @returns how long the command took, in ms. @throws when it failed, with what it said */
function run([program, ...parameters], folder, scratch) {
  const complaints = join(scratch, 'stderr')
  const descriptor = openSync(complaints, 'w')
  try {
    const startedAt = process.hrtime.bigint()
    const { status, error } = spawnSync(program, parameters, {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'ignore', descriptor],
    })
    const ms = Number(process.hrtime.bigint() - startedAt) / 1e6
    if (status === 0) return ms
    const said = error?.message ?? readFileSync(complaints, 'utf8').trim()
    throw new Error(`${program} ${parameters.join(' ')}\nended with ${status}: ${said}`)
  } finally {
    closeSync(descriptor)
  }
}

// The user's own settings must not change what is measured.
const { UNSILO_ROOT: _root, NODE_OPTIONS: _options, AWS_CA_BUNDLE: _bundle, ...inherited } = process.env
const environment = { ...inherited, NO_COLOR: '1' }

/** Of the largest of the command's processes, in MiB; `undefined` when the machine does not tell. */
async function peakMemory(contender, scratch) {
  contender.before?.()
  const gnuTime = ['/usr/bin/time', programPath('gtime')].find((path) => path !== undefined && isGnuTime(path))
  const peakKiB =
    gnuTime === undefined
      ? await peakFromProc(contender)
      : peakFromTime(gnuTime, contender.command, contender.folder, scratch)
  contender.after?.()
  return peakKiB === undefined ? undefined : peakKiB / 1024
}

function isGnuTime(path) {
  return existsSync(path) && spawnSync(path, ['-f', '%M', 'true']).status === 0
}

function peakFromTime(gnuTime, command, folder, scratch) {
  const told = join(scratch, 'peak')
  run([gnuTime, '-f', '%M', '-o', told, ...command], folder, scratch)
  return Number(readFileSync(told, 'utf8').trim().split('\n').at(-1))
}

/** Linux keeps the high-water mark of a process, so that the last look before its end is nearly the whole truth. */
async function peakFromProc({ command: [program, ...parameters], folder }) {
  const child = spawn(program, parameters, { cwd: folder, env: environment, stdio: 'ignore' })
  let peakKiB
  const look = () => {
    try {
      const [, found] = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? []
      if (found !== undefined) peakKiB = Math.max(peakKiB ?? 0, Number(found))
    } catch {
      // No /proc here, or the process has ended.
    }
  }
  const timer = setInterval(look, 2)
  await new Promise((resolve, reject) => child.on('error', reject).on('exit', resolve))
  clearInterval(timer)
  return peakKiB
}

/** The middle value. */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Where a program is installed, or `undefined`. */
export function programPath(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path))
}
