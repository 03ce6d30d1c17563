import type { Around } from './around.ts'
import type { CursorCandidate } from './cursors.ts'

/** An answer, and what was found in it so far. */
export interface SeenPage {
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  around: readonly Around[]
  /** How many records there are. */
  records: number
  cursors: readonly CursorCandidate[]
}
