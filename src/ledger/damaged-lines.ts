import type { Files } from '../system/files.ts'
import { entryAt } from './entry.ts'
import { isDamaged } from './ledger.ts'

/** The numbers, from 1 on, of lines of a ledger that cannot be read, and were not torn by a crash. It reads the file once more. */
export function damagedLinesOf(files: Files, path: string): number[] {
  const text = files.readText(path) ?? ''
  const found: number[] = []
  let start = 0
  for (let number = 1; start < text.length; number++) {
    const { entry, end } = entryAt(text, start)
    // Of a last line that has no end yet, nobody knows.
    if (entry === undefined && end < text.length && isDamaged(text.slice(start, end))) found.push(number)
    start = end + 1
  }
  return found
}

/** That lines of a ledger cannot be read, and what follows. */
export function sayDamagedLines(ledger: string, numbers: readonly number[]): string {
  return `${sayLines(numbers)} of ${ledger} cannot be read; a verdict may be lost, so nothing is pruned`
}

/** Which lines these are: `line 3`, `lines 3, 5 and 8`. */
function sayLines(numbers: readonly number[]): string {
  const told = numbers.slice(0, 5)
  const more = numbers.length - told.length
  if (numbers.length === 1) return `line ${told[0]!}`
  if (more > 0) return `lines ${told.join(', ')} and ${more} more`
  return `lines ${told.slice(0, -1).join(', ')} and ${told.at(-1)!}`
}
