import { riskCodes } from '../errors.ts'

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
  return risk !== undefined || riskCodes.has(code) ? 'critical' : severity
}
