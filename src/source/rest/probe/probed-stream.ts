import type { RateSeen } from './rate.ts'
import type { Comparison } from './compare/comparison.ts'
import type { Content } from './content.ts'
import type { CursorCandidate } from './cursors.ts'
import type { Extent } from './extent.ts'
import type { KeyCandidate } from './keys.ts'
import type { FoundList } from './lists.ts'
import type { MoreFlag } from './more.ts'
import type { PageSign } from './signs/sign.ts'

/** What one page of a stream shows. It holds no value of a record, but for the beginnings of times and numbers. */
export interface ProbedStream {
  stream: string
  /** `skipped`: a rule of `on` says so; `not-asked`: there is no parent record to ask for. */
  result: 'ok' | 'skipped' | 'failed' | 'not-asked'
  /** Why, where it is not `ok`. */
  because?: string
  error?: { code: string; message: string; hint?: string }
  /** The path as it is written. */
  request: { method: string; path: string }
  answer?: { status: number; contentType?: string; content: Content; bytes: number; durationMs: number }
  found?: Found
  /** Keys that would have to be guessed. */
  guesses: { key: string; because: string }[]
  comparison: Comparison[]
  /** The stream's table, to paste in place of the one that is there. */
  toml?: string
}

export interface Found {
  lists: FoundList[]
  /** Where the records are, as `items` says it; missing when the body itself is their list. */
  items?: string
  records: number
  fields: { path: string; kind: string; count: number }[]
  keys: KeyCandidate[]
  cursors: CursorCandidate[]
  pages: PageSign[]
  more: MoreFlag[]
  extent: Extent
  limits?: RateSeen
}
