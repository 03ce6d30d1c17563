import { createHash } from 'node:crypto'
import type { CheckedEvent, WrittenEvent } from '../ledger/event.ts'
import { detailsOf } from '../ledger/ledger.ts'
import { localDay } from '../schedule/local-day.ts'
import { timezoneOf } from '../schedule/timezone.ts'
import type { Dataset } from './dataset.ts'
import { type History, isEvent, sealedParcels } from './history.ts'

/** What is to be done with the views of a dataset, whether anything was exported or not. */
export interface ViewWork {
  /** Checks that have never been asked as they are now. */
  check: boolean
  /** Names of the blocks of `publish_view` that have not been written today as they are now. */
  write: string[]
}

/** Looks at the ledger alone. */
export function viewWork(dataset: Dataset, history: History, now: Date): ViewWork {
  const { publishViews, timezone } = dataset.config
  const isChecked = hasChecks(dataset)
  if ((!isChecked && publishViews.length === 0) || sealedParcels(history).length === 0)
    return { check: false, write: [] }
  const day = publishViews.length === 0 ? '' : localDay(now, timezoneOf(timezone))
  return {
    check: isChecked && lastChecked(dataset, history)?.mark !== checksMark(dataset),
    write: publishViews
      .filter(({ name, mark }) => {
        const last = lastWritten(dataset, history, name)
        return last?.day !== day || last.mark !== mark
      })
      .map(({ name }) => name),
  }
}

/** Whether there is anything to check. What is decrypted is checked without being asked for. */
export function hasChecks({ config }: Dataset): boolean {
  return config.views.some(({ checks, decrypt }) => Object.keys(checks).length > 0 || decrypt.length > 0)
}

/** Changes with the checks. */
export function checksMark({ config }: Dataset): string {
  const checks = config.views.map(({ name, checks: of, decrypt }) => [name, of, decrypt])
  return createHash('sha256').update(JSON.stringify(checks)).digest('hex').slice(0, 16)
}

export function lastChecked({ layout }: Dataset, { entries }: History): CheckedEvent | undefined {
  const last = entries.findLast((entry) => entry.event === 'checked')
  return isEvent(last, 'checked') ? detailsOf(last, layout.ledger) : undefined
}

/** What became of a block of `publish_view` the last time. */
export function lastWritten(dataset: Dataset, history: History, name: string): WrittenEvent | undefined {
  for (const written of writtenEvents(dataset, history, name)) return written
  return undefined
}

/** Whether a block of `publish_view` has ever written its files. */
export function hasWritten(dataset: Dataset, history: History, name: string): boolean {
  for (const { failed } of writtenEvents(dataset, history, name)) if (failed === undefined) return true
  return false
}

/** Of one block, the newest first. */
function* writtenEvents({ layout }: Dataset, { entries }: History, name: string): Generator<WrittenEvent> {
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index]
    if (!isEvent(entry, 'written')) continue
    const written = detailsOf(entry, layout.ledger)
    if (written.name === name) yield written
  }
}
