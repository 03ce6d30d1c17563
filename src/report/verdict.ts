import { type DatasetReport, type Report } from './report.ts'
import { openWarnings } from './warnings.ts'

/** How bad it is at a glance. `bad`: data may be lost or is not copied; `look`: somebody should look soon. */
export type Level = 'bad' | 'look' | 'good' | 'running' | 'idle'

/** One sign for each level, in every form of the report. */
export const marks: Readonly<Record<Level, string>> = { bad: '✗', look: '!', good: '✓', running: '·', idle: '·' }

export function levelOf({ health, warnings }: Pick<DatasetReport, 'health' | 'warnings'>): Level {
  const open = openWarnings(warnings)
  if (open.length === 0) return health === 'idle' || health === 'running' ? health : 'good'
  return open.every(({ severity }) => severity === 'warning') ? 'look' : 'bad'
}

/** A configuration that cannot be read: what it is about is missing among the datasets. */
export interface Unread {
  where: string
  message: string
  hint?: string | undefined
}

/** @param problem Of a configuration. */
export function unreadOf(problem: {
  file: string
  line?: number | undefined
  key?: string | undefined
  message: string
  hint?: string | undefined
}): Unread {
  const { file, line, key, message, hint } = problem
  return {
    where: line === undefined ? file : `${file}:${line}`,
    message: key === undefined ? message : `${key}: ${message}`,
    hint,
  }
}

/** The state of all in one sentence: `12 datasets: 10 are good, 2 need a look.` */
export function sayState({ datasets, root }: Report, unread: readonly Unread[] = []): string {
  const levels = datasets.map(levelOf)
  const count = (...wanted: Level[]): number => levels.filter((level) => wanted.includes(level)).length
  const [good, running, idle, bad] = [count('good'), count('running'), count('idle'), count('bad', 'look')]
  const is = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`
  const parts = [
    ...(bad > 0 ? [is(bad, 'needs a look', 'need a look')] : []),
    ...(good > 0 ? [is(good, 'is good', 'are good')] : []),
    ...(running > 0 ? [is(running, 'is exported for the first time', 'are exported for the first time')] : []),
    ...(idle > 0 ? [is(idle, 'is not set up yet', 'are not set up yet')] : []),
  ]
  const files = new Set(unread.map(({ where }) => where)).size
  const rest = [
    ...(openWarnings(root.warnings).length > 0 ? ['The mirror as a whole needs a look.'] : []),
    ...(files > 0 ? [`${is(files, 'configuration', 'configurations')} cannot be read.`] : []),
  ].join(' ')
  if (datasets.length === 0) return rest === '' ? 'There are no datasets here yet.' : rest
  const isAllGood = good === datasets.length && rest === ''
  const number = is(datasets.length, 'dataset', 'datasets')
  const tail = rest === '' ? '' : ` ${rest}`
  if (bad === datasets.length && bad > 1) return `${number}, and all need a look.${tail}`
  if (isAllGood) return datasets.length === 1 ? '1 dataset, and it is good.' : `${number}, and all are good.`
  return `${number}: ${parts.join(', ')}.${tail}`
}

/** Until when a report may be believed. */
export interface Validity {
  /** When the next one is to be written, by what has written this one. ISO 8601. */
  nextAt?: string | undefined
  /** The dataset that is late first, if nothing comes, and when; of those that are not late yet. */
  late?: { dataset: string; at: string } | undefined
}

export function firstLate(
  { at, datasets }: Report,
  lateAt: (dataset: DatasetReport) => string | undefined,
): Validity['late'] {
  const coming = datasets.flatMap((dataset) => {
    const time = lateAt(dataset)
    return time === undefined || time <= at ? [] : [{ dataset: dataset.dataset, at: time }]
  })
  return coming.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.dataset < b.dataset ? -1 : 1))[0]
}
