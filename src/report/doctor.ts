import { join } from 'node:path'
import { damagedLedger } from '../dataset/damaged-ledger.ts'
import type { Context, Dataset } from '../dataset/dataset.ts'
import { runGit } from '../dataset/git.ts'
import { readHistory } from '../dataset/history.ts'
import { unreadProblems } from '../dataset/packs/unread.ts'
import { UnsiloError } from '../errors.ts'
import { readMetrics } from '../metric/metrics-file.ts'
import { parcelTime } from '../parcel/id.ts'
import { checkWritable, diskSpace, hasOwnZstd, hasProgram } from '../system/machine.ts'
import { saySize } from '../system/size.ts'

export interface Finding {
  /** What was looked at. */
  check: string
  status: 'ok' | 'warning' | 'error'
  message: string
  hint?: string | undefined
}

const lowSpaceBytes = 1e9
const lowSpaceShare = 0.05

/** Looks for what would keep unsilo from working here: programs, permissions, space, damaged files. */
export async function examine(root: string, datasets: readonly Dataset[], context: Context): Promise<Finding[]> {
  return [
    { check: 'Node.js', status: 'ok', message: process.version },
    await programs(
      'lock',
      ['flock', 'perl'],
      'Install util-linux (flock) or perl; without either no dataset can be locked.',
    ),
    ...(await neededPrograms(datasets)),
    space(root),
    ...(await Promise.all(datasets.map((dataset) => examineDataset(dataset, context)))).flat(),
  ]
}

async function programs(check: string, names: readonly string[], hint: string): Promise<Finding> {
  for (const name of names) if (await hasProgram(name, '--version')) return { check, status: 'ok', message: name }
  return { check, status: 'error', message: `${names.join(' and ')} not found`, hint }
}

async function neededPrograms(datasets: readonly Dataset[]): Promise<Finding[]> {
  const findings: Finding[] = []
  if (datasets.some(({ config }) => config.compress === 'zstd' || config.pack !== undefined)) {
    const own: Finding = { check: 'zstd', status: 'ok', message: 'built into Node.js' }
    findings.push(hasOwnZstd() ? own : await programs('zstd', ['zstd'], 'Install zstd, or use Node.js 22.15 or newer.'))
  }
  if (datasets.some(({ config }) => config.git)) findings.push(await programs('git', ['git'], 'Install git.'))
  return findings
}

function space(root: string): Finding {
  const check = 'disk space'
  const { freeBytes, sizeBytes } = diskSpace(root)
  const message = `${saySize(freeBytes)} free of ${saySize(sizeBytes)}`
  if (freeBytes > lowSpaceBytes && freeBytes > sizeBytes * lowSpaceShare) return { check, status: 'ok', message }
  return { check, status: 'warning', message, hint: 'Free some space, or keep fewer parcels (`keep` in config.toml).' }
}

async function examineDataset(dataset: Dataset, context: Context): Promise<Finding[]> {
  const checks = [checkFolders, checkFiles, checkParcels, checkGit]
  const findings: Finding[] = []
  for (const check of checks) {
    try {
      findings.push(...(await check(dataset, context)))
    } catch (error) {
      if (!(error instanceof UnsiloError)) throw error
      findings.push({ check: dataset.name, status: 'error', message: error.message, hint: error.hint })
    }
  }
  return findings.length > 0
    ? findings
    : [{ check: dataset.name, status: 'ok', message: 'folders and files are sound' }]
}

type Check = (dataset: Dataset, context: Context) => Finding[] | Promise<Finding[]>

const checkFolders: Check = ({ layout }, { system }) => {
  const folders = [layout.folder, layout.data, layout.incomplete, layout.log]
  for (const folder of folders) if (system.files.info(folder) !== undefined) checkWritable(folder)
  return []
}

/** Reading the metrics and the ledger throws when they are damaged, but for single lines of the ledger. */
const checkFiles: Check = (dataset, context) => {
  const { files } = context.system
  readMetrics(files, dataset.layout.metrics)
  const history = readHistory(files, dataset.layout)
  const damaged = history.damagedLines === 0 ? [] : [damagedLedger(dataset, context)]
  return [...damaged, ...unreadProblems(dataset, history)].map(({ message, hint }) => ({
    check: dataset.name,
    status: 'error',
    message,
    hint,
  }))
}

const checkParcels: Check = ({ name, layout }, { system }) => {
  const findings: Finding[] = []
  const { parcels } = readHistory(system.files, layout)
  for (const { stored } of parcels) {
    if (stored === undefined || stored.others.length === 0) continue
    findings.push({
      check: name,
      status: 'error',
      message: `${stored.id} has more than one file: ${[stored.name, ...stored.others].join(', ')}`,
      hint: `A parcel is one file or one folder: move the others out of ${join(stored.path, '..')}.`,
    })
  }
  const newest = parcels.at(-1)
  if (newest !== undefined && parcelTime(newest.id).getTime() > system.clock.now().getTime() + 10 * 60_000) {
    findings.push({
      check: name,
      status: 'warning',
      message: `parcel ${newest.id} is dated ahead of the clock`,
      hint: 'Check the clock of this machine (date -u).',
    })
  }
  return findings
}

const checkGit: Check = async (dataset, context) => {
  if (dataset.config.git) await runGit(dataset, context, ['rev-parse', '--git-dir'])
  return []
}
