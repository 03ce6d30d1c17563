import { damagedLinesOf, sayDamagedLines } from '../ledger/damaged-lines.ts'
import type { Context, Dataset, Problem } from './dataset.ts'

/** What there is to say of a ledger that has lines which cannot be read: which they are, and what follows. */
export function damagedLedger({ layout: { ledger } }: Dataset, { system }: Context): Problem {
  const lines = damagedLinesOf(system.files, ledger)
  const which = lines.length === 1 ? 'it' : 'them'
  return {
    severity: 'warning',
    code: 'check',
    message: sayDamagedLines(ledger, lines),
    hint: `Mend or remove ${which}: a line is a JSON object. The parcels themselves are not affected.`,
  }
}
