import type { Dataset } from '../dataset/dataset.ts'
import { hasSource } from '../dataset/source.ts'
import { UnsiloError } from '../errors.ts'
import { type Fault, faults } from './fault-names.ts'

/** What happens, as the headline of a rehearsal. */
export const faultTitles: Readonly<Record<Fault, string>> = {
  'token-expired': 'the token has expired',
  'disk-full': 'the disk is full',
  'target-down': 'the targets cannot be reached',
  'empty-source': 'the source is empty',
  'never-ran': 'nothing is started any more',
}

/** @throws UnsiloError `usage` where the fault cannot happen to such a dataset, or cannot be made to happen */
export function checkFault(fault: Fault, dataset: Dataset): void {
  const why = whyNot(fault, dataset)
  if (why === undefined) return
  const others = faults.filter((one) => whyNot(one, dataset) === undefined)
  throw new UnsiloError('usage', `${fault} cannot be rehearsed with ${dataset.name}: ${why}`, {
    hint: others.length === 0 ? 'None of the faults can.' : `These can: ${others.join(', ')}.`,
  })
}

/** That nobody has said what is to go wrong, with all that can. */
export function noFault(dataset: Dataset): UnsiloError {
  const width = Math.max(...faults.map((fault) => fault.length))
  const lines = faults.map((fault) => {
    const why = whyNot(fault, dataset)
    return `  --fail ${fault.padEnd(width)}  ${faultTitles[fault]}${why === undefined ? '' : ` (not here: ${why})`}`
  })
  return new UnsiloError('usage', `what is to go wrong with ${dataset.name}?`, {
    hint: `Say it with --fail:\n${lines.join('\n')}`,
  })
}

function whyNot(fault: Fault, dataset: Dataset): string | undefined {
  const { config } = dataset
  const kind = config.source?.kind ?? 'command'
  if (fault === 'target-down') return dataset.targets.length === 0 ? 'it is copied to no target' : undefined
  if (fault === 'never-ran') {
    const isManual = config.schedule.kind === 'manual' && config.maxAgeMs === undefined
    return isManual ? 'it has no interval, no schedule and no max_age, so it is never late' : undefined
  }
  if (!hasSource(dataset)) return 'nothing is exported: its parcels are ingested'
  if (fault === 'token-expired' && (kind === 'folder' || kind === 'sqlite')) return `a ${kind} source needs no token`
  const isDatabase = kind === 'sqlite' || kind === 'postgres' || kind === 'mysql' || kind === 'mariadb'
  if (fault === 'empty-source' && isDatabase) return `only a real ${kind} database can be dumped`
  return undefined
}
