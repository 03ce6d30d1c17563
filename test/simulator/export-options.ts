import { existsSync, readFileSync } from 'node:fs'
import type { AccountOptions } from './account.ts'
import type { PrintOptions } from './print-items.ts'

/**
 * - `exit`: prints all, then exits with `status`
 * - `stop`: prints `share` of the bytes, then exits with `status`
 * - `crash`: prints `share` of the bytes, then is killed by SIGKILL
 * - `truncated`: prints `share` of the bytes, then exits with 0
 * - `hang`: prints `share` of the bytes, then nothing for ever
 * - `empty`: prints nothing, exits with 0
 * - `shrunk`: prints a whole document with `share` of the items, exits with 0
 * - `refused`: prints a whole JSON document of another shape, as for a bad token, exits with 0
 */
export type Fault = 'none' | 'exit' | 'stop' | 'crash' | 'truncated' | 'hang' | 'empty' | 'shrunk' | 'refused'

/** What one start of the export command does. It is handed over as JSON; a Date becomes ISO 8601 text on the way. */
export interface ExportOptions extends PrintOptions {
  account: Omit<AccountOptions, 'start'> & { start: Date | string }
  /** The simulated time of the export. */
  at: Date | string
  /** Name of a view, as `parseView` reads it. */
  view: string
  /** A file to write instead of stdout; a folder with `pageSize`. `$NAME` stands for an environment variable. */
  output: string
  /** Items a file, in files `000001.json` and so on in the folder `output`. 0 for one document. */
  pageSize: number
  fault: Fault
  /** The fault strikes the first so many starts, counted in the file `starts`. 0 for each one. */
  faultTimes: number
  /** File that counts the starts, a byte each. */
  starts: string
  status: number
  share: number
  /** Text for stderr, before the first byte of the export. */
  stderr: string
  /** Pieces that the bytes are printed in, `pauseMs` after each. */
  pieces: number
  pauseMs: number
  /** Ends on SIGKILL only; for SIGTERM and SIGINT there is a line on stderr. */
  stubborn: boolean
  /** Leaves a child behind that holds stdout open. After so long, in ms, it adds the line `late`, and ends. 0 for none. */
  childMs: number
  /** The child leaves the process group. */
  childDetached: boolean
  /** File for the child's process id. */
  childPid: string
}

const usualOptions: ExportOptions = {
  account: { seed: 1, start: '2024-01-01T00:00:00Z' },
  at: '2024-03-01T00:00:00Z',
  view: 'full',
  format: 'json',
  indent: 0,
  envelope: '',
  output: '',
  pageSize: 0,
  fault: 'none',
  faultTimes: 0,
  starts: '',
  status: 1,
  share: 0.5,
  stderr: '',
  pieces: 1,
  pauseMs: 0,
  stubborn: false,
  childMs: 0,
  childDetached: false,
  childPid: '',
}

/**
 * Reads the options of one start: JSON text, and over it the JSON file `planFile`, if there is one. The file is for tests
 * that change the time or the fault between two runs, under a command line that stays.
 *
 * @throws Error for an option that does not exist
 */
export function readExportOptions(text: string, planFile: string | undefined): ExportOptions {
  const plan = planFile !== undefined && existsSync(planFile) ? readFileSync(planFile, 'utf8') : '{}'
  const options = { ...usualOptions, ...parse(text), ...parse(plan) }
  const unknown = Object.keys(options).find((key) => !(key in usualOptions))
  if (unknown !== undefined) throw new Error(`the export command has no option "${unknown}"`)
  return options
}

function parse(text: string): Partial<ExportOptions> {
  const options: Partial<ExportOptions> = JSON.parse(text)
  return options
}
