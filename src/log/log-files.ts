import { configure, dispose, getLogger, getTextFormatter, type LogRecord, type Sink } from '@logtape/logtape'
import { getTimeRotatingFileSink } from '@logtape/file'
import type { Entry, Level } from './entry.ts'

/** Logs in a folder: `debug-2026-11-21.log` and so on, a new one each local day. */
export interface LogFiles {
  write(entry: Entry): void
  /** What was written is on the disk after it. */
  close(): Promise<void>
}

/** Each file has what is at least that bad; `info` is the account of the day, `debug` has all. */
const kinds = ['debug', 'info', 'error', 'critical'] as const
type Kind = (typeof kinds)[number]

const names = {
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  error: 'error',
  critical: 'fatal',
} as const satisfies Record<Level, string>
const kindsOf: Record<string, readonly Kind[]> = {
  debug: ['debug'],
  info: ['debug', 'info'],
  warning: ['debug', 'info'],
  error: ['debug', 'info', 'error'],
  fatal: ['debug', 'info', 'error', 'critical'],
}
const words: Record<string, string> = {
  warning: 'warning',
  error: 'error',
  fatal: 'critical',
  info: 'info',
  debug: 'debug',
}

const dayMs = 86_400_000

/**
 * Opens the logs of this process; a file is made when there is something for it.
 *
 * @param keptDays Older files are removed.
 * @param onFailure Is told, once, when nothing can be written.
 */
export async function openLogFiles(
  folder: string,
  keptDays: number,
  onFailure: (error: unknown) => void,
): Promise<LogFiles> {
  const sinks = new Map<Kind, Sink & Partial<Disposable>>()
  let hasFailed = false
  const sinkOf = (kind: Kind): Sink => {
    const known = sinks.get(kind)
    if (known !== undefined) return known
    const sink = getTimeRotatingFileSink({
      directory: folder,
      filename: (date) => `${kind}-${localDay(date)}.log`,
      parseFilename: (name) => dayIn(name),
      maxAgeMs: keptDays * dayMs,
      // What is bad has to be there whatever becomes of this process.
      bufferSize: kind === 'debug' || kind === 'info' ? 8192 : 0,
      formatter,
    })
    sinks.set(kind, sink)
    return sink
  }
  const guarded = (action: () => void): void => {
    if (hasFailed) return
    try {
      action()
    } catch (error) {
      hasFailed = true
      onFailure(error)
    }
  }
  await configure({
    reset: true,
    sinks: {
      files: (record) => guarded(() => kindsOf[record.level]?.forEach((kind) => sinkOf(kind)(record))),
    },
    loggers: [
      { category: 'unsilo', sinks: ['files'], lowestLevel: 'debug' },
      { category: ['logtape', 'meta'], sinks: [], lowestLevel: 'fatal' },
    ],
  })
  const logger = getLogger('unsilo')
  return {
    write({ level, message, dataset, hint }) {
      const text = `${dataset === undefined ? '' : `${dataset}: `}${message}${hint === undefined ? '' : ` → ${hint}`}`
      // As a property, not as a template: what is in braces is part of the message.
      logger[names[level]]('{*}', { text: text.replaceAll(/\s*\n\s*/g, ' ') })
    },
    async close() {
      guarded(() => sinks.forEach((sink) => sink[Symbol.dispose]?.()))
      await dispose()
    },
  }
}

const formatter = getTextFormatter({
  timestamp: 'date-time-timezone',
  format: ({ timestamp, record }) => `${timestamp}  ${(words[record.level] ?? '').padEnd(8)}  ${textOf(record)}`,
})

function textOf({ properties }: LogRecord): string {
  return String(properties['text'])
}

function localDay(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** The end of the day that a log is of. */
function dayIn(name: string): Date | null {
  const match = /^(?:debug|info|error|critical)-(\d{4})-(\d\d)-(\d\d)\.log$/.exec(name)
  return match === null ? null : new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]) + 1)
}
