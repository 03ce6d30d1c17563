import type { Dataset } from '../dataset/dataset.ts'
import { drainPast } from '../dataset/drain-ledger.ts'
import { drainSetup } from '../dataset/drain-setup.ts'
import type { History } from '../dataset/history.ts'
import { type Warning, warningOf } from './warnings.ts'

/** What a drain has left: deletions of which nobody knows what became of them, and alarms. */
export function drainWarnings(dataset: Dataset, { entries }: History): Warning[] {
  const setup = drainSetup(dataset)
  if (setup === undefined) return []
  const { open, alarm, changed } = drainPast(entries, setup.stream, dataset.layout.ledger)
  const warnings: Pick<Warning, 'message' | 'hint'>[] = []
  if (alarm !== undefined) {
    warnings.push({
      message: `the last drain was stopped: ${alarm}`,
      hint: `Find out who did it, and check \`drain.request\`; \`unsilo drain ${dataset.name} --dry-run\` shows one.`,
    })
  }
  if (open.size > 0) {
    const what = open.size === 1 ? '1 record was' : `${open.size} records were`
    warnings.push({
      message: `whether ${what} deleted on the server is open: a drain has not ended, or the server has failed`,
      hint: `\`unsilo drain ${dataset.name}\` looks again, as does the next run, and says what is wrong.`,
    })
  }
  if (changed > 0) {
    const what = changed === 1 ? '1 record has' : `${changed} records have`
    warnings.push({
      message: `${what} changed on the server while a drain was broken off, and ${changed === 1 ? 'was' : 'were'} left there`,
      hint: `Look there: an edit, or an id that was given to a new record. \`unsilo export ${dataset.name}\` keeps what is there now.`,
    })
  }
  return warnings.map((warning) => warningOf('undrained', warning))
}
