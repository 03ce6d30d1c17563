import * as z from 'zod'
import { UnsiloError } from '../../errors.ts'
import { parsedBy } from '../../system/schema.ts'
import { rateStateOf } from './rate-headers.ts'

const action = z.enum(['skip', 'retry', 'wait', 'fail', 'end'])

export interface OnRule {
  /** `404`, or `5xx` for all of that hundred. */
  status: string
  /** Text that the body must hold, in lower case; empty: any. */
  text: string
  action: z.output<typeof action>
}
export type OnRules = readonly OnRule[]

/** `on` of a REST source: what to do on a status. Of rules that say the same, the first stands. */
export const onConfig = z
  .record(
    z.string().regex(/^[1-5](?:\d\d|xx)(?::.+)?$/is, {
      error: 'must be a status such as "404", "5xx" or "403:text in the body"',
    }),
    action,
  )
  .transform(
    parsedBy((rules): OnRule[] =>
      Object.entries(rules).map(([key, action]) => {
        const [status = '', ...text] = key.toLowerCase().split(':')
        if (status.startsWith('2') && text.length > 0) {
          throw new UnsiloError('config', `"${key}": the body of a good answer is not looked into`, {
            hint: 'Leave the text out.',
          })
        }
        return { status, text: text.join(':').trim(), action }
      }),
    ),
  )

export type Action = 'ok' | 'skip' | 'end' | 'wait' | 'retry' | 'authorize' | 'fail'

/** What the rules say; `undefined` when none fits. The most specific one wins: a text, then a status, then a hundred. */
export function ruleFor(status: number, bodyText: string, on: OnRules): OnRule['action'] | undefined {
  const text = bodyText.toLowerCase()
  const fitting = on.filter((rule) => {
    const isStatus = rule.status === `${status}` || rule.status === `${Math.floor(status / 100)}xx`
    return isStatus && text.includes(rule.text)
  })
  const rank = (rule: OnRule): number => (rule.status.endsWith('xx') ? 0 : 1) + (rule.text === '' ? 0 : 2)
  return fitting.sort((a, b) => rank(b) - rank(a) || b.text.length - a.text.length)[0]?.action
}

/** Statuses that pass by themselves (RFC 9110, 15; RFC 8470 for 425). */
const temporary = new Set([408, 425])

/**
 * What to do with an answer.
 *
 * @param headers Names in lower case.
 */
export function actionFor(
  status: number,
  bodyText: string,
  headers: Readonly<Record<string, string>>,
  on: OnRules,
): Action {
  const rule = ruleFor(status, bodyText, on)
  if (rule !== undefined) return rule
  if (status >= 200 && status < 300) return 'ok'
  if (status === 401) return 'authorize'
  if (status === 429) return 'wait'
  const saysWhen = headers['retry-after'] !== undefined
  if (status === 403) {
    // GitHub answers 403 to what goes beyond its primary and its secondary limits (its "Rate limits for the REST API").
    const { remaining } = rateStateOf(headers, new Date(0))
    const isLimit = saysWhen || (remaining !== undefined && remaining < 1) || /rate[- ]?limit/i.test(bodyText)
    return isLimit ? 'wait' : 'fail'
  }
  if (status === 503 && saysWhen) return 'wait'
  return status >= 500 || temporary.has(status) ? 'retry' : 'fail'
}
