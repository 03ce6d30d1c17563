import type { Format } from '../format.ts'
import { JsonScanner } from './scanner.ts'

/** One JSON value a line. Blank lines are fine, and so are no lines at all: a log in which nothing happened is empty. */
export const ndjson: Format = {
  name: 'NDJSON',
  extensions: ['ndjson', 'jsonl'],
  startCheck: () => new JsonScanner({ isLines: true }),
}
