import { constants } from 'node:os'
import pc from 'picocolors'
import type { Colors } from 'picocolors/types.js'
import { readEnvironment } from '../config/environment.ts'
import { findRoot } from '../config/find-root.ts'
import type { Context } from '../dataset/dataset.ts'
import { UnsiloError } from '../errors.ts'
import type { Level } from '../log/entry.ts'
import { realSystem } from '../system/system.ts'
import { type AppLog, createAppLog, entryOf, noLog } from './app-log.ts'

/** Options that every verb has. */
export interface GlobalOptions {
  root?: string
  json?: boolean
  quiet?: boolean
  verbose?: boolean
  /** Everything else than what was asked for as a JSON object a line. */
  logJson?: boolean
}

/** What a verb needs to ask and to show. */
export interface App {
  cwd: string
  root: string
  context: Context
  json: boolean
  quiet: boolean
  verbose: boolean
  /** Columns of the terminal; without one, `COLUMNS` or 80. */
  columns: number
  /** For what goes to stdout, and to stderr. */
  colors: { out: Colors; err: Colors }
  /** Whether a person watches stderr, so that a live line makes sense. */
  isWatched: boolean
  /** What was asked for, to stdout. */
  print(text: string): void
  printJson(value: unknown): void
  /** Everything else, to stderr. @param level How bad it is, for the log; its mark tells when this is left out. */
  note(text: string, level?: Level): void
  /** What is kept of this start, in the root's `log/`. */
  log: AppLog
}

/** What is narrower would break nearly every line. */
const leastColumns = 60

/** @param isLogged Whether a log is kept of what it does. */
export function createApp(options: GlobalOptions, isLogged = false): App {
  const cwd = process.cwd()
  const environment = readEnvironment()
  const { stdout, stderr } = process
  // Node leaves `isTTY` undefined for a pipe, and picocolors takes undefined as "guess", which in CI means colour.
  const isColored = (stream: NodeJS.WriteStream): boolean =>
    environment.color === 'always' || (environment.color === 'auto' && Boolean(stream.isTTY))
  const line = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`)
  const complain = (text: string, level?: Level): void => {
    const entry = { time: realSystem.clock.now().toISOString(), ...entryOf(text, level) }
    stderr.write(options.logJson === true ? `${JSON.stringify(entry)}\n` : line(text))
  }
  const log = isLogged ? createAppLog(complain) : noLog
  return {
    cwd,
    root: findRoot(realSystem.files, { option: options.root, environment: environment.root, cwd }),
    context: { system: realSystem, signal: signalOfInterrupts() },
    json: options.json === true,
    quiet: options.quiet === true,
    verbose: options.verbose === true,
    columns: Math.max(leastColumns, (stdout.isTTY ? stdout.columns : environment.columns) || 80),
    colors: { out: pc.createColors(isColored(stdout)), err: pc.createColors(isColored(stderr)) },
    isWatched: Boolean(stderr.isTTY) && options.quiet !== true && options.logJson !== true,
    log,
    print(text) {
      log.add({ ...entryOf(text), level: 'info' })
      stdout.write(line(text))
    },
    printJson: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    note(text, level) {
      log.add(entryOf(text, level))
      complain(text, level)
    },
  }
}

/** Aborts on Ctrl-C and on a polite end; the second time the process ends at once. */
function signalOfInterrupts(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(128 + constants.signals[name])
      controller.abort(new UnsiloError('cancelled', 'interrupted'))
    })
  }
  return controller.signal
}
