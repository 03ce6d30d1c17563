import type { Dataset } from '../dataset/dataset.ts'
import type { History } from '../dataset/history.ts'
import { lastChecked, lastWritten } from '../dataset/view-work.ts'
import { type Warning, warningOf } from './warnings.ts'

/** What the last run has found: checks of views that failed, and files of views that could not be written. Nothing is asked anew. */
export function checkWarnings(dataset: Dataset, history: History): Warning[] {
  return [...failedChecks(dataset, history), ...failedFiles(dataset, history)]
}

function failedChecks(dataset: Dataset, history: History): Warning[] {
  const last = lastChecked(dataset, history)
  if (last === undefined || last.failures === 0) return []
  const { views } = dataset.config
  // A check that is not there any more is nobody's concern.
  const isThere = (view: string, check: string): boolean => {
    const found = views.find(({ name }) => name === view)
    return found !== undefined && (Object.hasOwn(found.checks, check) || found.decrypt.length > 0)
  }
  const first = last.failed.find(({ view, check }) => isThere(view, check))
  if (first === undefined) return []
  const { view, check, rule, message } = first
  const more = last.failures > 1 ? `, and ${last.failures - 1} more of ${last.rules}` : ''
  return [
    warningOf('check', {
      message: `check ${view}.${check}${check === rule ? '' : ` (${rule})`} failed in the last run: ${message}${more}`,
      hint: `\`unsilo check ${dataset.name}\` ${message.startsWith('it could not be asked') ? 'says more' : 'names the items'}.`,
    }),
  ]
}

function failedFiles(dataset: Dataset, history: History): Warning[] {
  return dataset.config.publishViews.flatMap(({ name }): Warning[] => {
    const last = lastWritten(dataset, history, name)
    if (last === undefined || (last.failed === undefined && last.unsent === undefined)) return []
    const message =
      last.failed === undefined
        ? `files of publish_view ${name} have not arrived at ${last.unsent!.join(', ')}`
        : `the files of publish_view ${name} could not be written on ${last.day} (${last.failed})`
    return [
      warningOf('view-files', {
        message,
        hint: `\`unsilo run ${dataset.name}\` tries again with the next export, or the next day.`,
      }),
    ]
  })
}
