import type { ErrorCode } from '../errors.ts'

/** `critical`: data may be at risk. */
export type Level = 'debug' | 'info' | 'warning' | 'error' | 'critical'

/** Something that unsilo did, or that went wrong. */
export interface Entry {
  level: Level
  message: string
  dataset?: string | undefined
  /** What to do next. */
  hint?: string | undefined
  code?: string | undefined
}

/** A copy that is not what it was, and a disk that does not take or give what it should. */
const atRisk: ReadonlySet<string> = new Set<ErrorCode>(['corrupt', 'io', 'no-space'])

/** How bad a problem is. @param risk Data may be at risk, whatever the code. */
export function levelOf({
  severity,
  code,
  risk,
}: {
  severity: 'error' | 'warning'
  code: string
  risk?: string
}): Level {
  return risk !== undefined || atRisk.has(code) ? 'critical' : severity
}
