import { saySize } from '../../../system/size.ts'
import type { Found, ProbedStream } from './probed-stream.ts'
import type { RateSeen } from './rate.ts'

/** What is said of a stream: a line each, with what it is about. */
export interface Said {
  about: string
  text: string
}

const mostFields = 24

export function sayStream(probed: ProbedStream): Said[] {
  const { answer, found, because, error } = probed
  const says = (about: string, texts: readonly (string | undefined)[]): Said[] =>
    texts.filter((text) => text !== undefined).map((text) => ({ about, text }))
  return [
    ...says('answer', [answer === undefined ? undefined : sayAnswer(answer)]),
    ...says(probed.result === 'failed' ? 'failed' : 'result', [because, error?.hint]),
    ...(found === undefined || answer?.content !== 'json'
      ? []
      : sayFound(found).flatMap(([about, texts]) => says(about, texts))),
    ...says('limits', [found?.limits === undefined ? undefined : sayLimits(found.limits)]),
    ...says(
      'guess',
      probed.guesses.map(({ key, because }) => `${key}: ${because}`),
    ),
    ...says('config', sayComparison(probed)),
  ]
}

function sayAnswer({ status, contentType, content, bytes }: NonNullable<ProbedStream['answer']>): string {
  const type = contentType ?? `${content}, without a content type`
  return `${status}, ${type}, ${saySize(bytes)}`
}

function sayFound(found: Found): [about: string, texts: (string | undefined)[]][] {
  const { records, items, lists, fields, keys, cursors, pages, more, extent } = found
  const others = lists.filter(({ path }) => path !== items).slice(0, 4)
  const where = items === undefined ? 'the body itself is the list' : items
  const shown = fields.slice(0, mostFields).map(({ path, kind }) => `${path} (${kind})`)
  const hidden = fields.length - shown.length
  const { pageSize, toldSize, total } = extent
  return [
    ['records', [lists.length === 0 ? 'no list of records was found' : `${records}: ${where}`]],
    ['', others.map(({ path, count }) => `or ${path ?? 'the body itself'}, ${count}`)],
    ['fields', [shown.length === 0 ? undefined : `${shown.join(', ')}${hidden > 0 ? `, and ${hidden} more` : ''}`]],
    ['key', keys.map(({ fields: names, kind }) => `${names.join(' and ')} (${kind}): in all, and different in each`)],
    ['cursor', cursors.map((cursor) => sayCursor(cursor, records))],
    ['page', pages.map(({ kind, because }) => `${kind}: ${because}`)],
    [
      'more',
      more.map(
        ({ path, value, meansMore }) =>
          `${path} is ${value}${meansMore ? '' : ', which `more` cannot read: true means the end'}`,
      ),
    ],
    [
      'size',
      [
        pageSize === undefined ? undefined : `a full page has ${pageSize}`,
        toldSize === undefined ? undefined : `${toldSize.at} says ${toldSize.size}`,
      ],
    ],
    [
      'total',
      [total === undefined ? undefined : `${total.at} comes to ${total.isAtMost ? 'at most ' : ''}${total.count}`],
    ],
    [
      'window',
      [
        extent.window === undefined
          ? undefined
          : `${extent.window} is as round as a limit: the server may show only its newest ${extent.window}`,
      ],
    ],
  ]
}

function sayCursor({ field, as, order, missing, from, to }: Found['cursors'][number], records: number): string {
  const sorted = {
    ascending: 'ascending',
    descending: 'descending',
    same: 'the same in all',
    none: 'not sorted by it',
  }[order]
  const absent = missing === 0 ? '' : `; missing, or null, in ${missing} of ${records}`
  return `${field} (${as}): ${sorted}, ${from} to ${to}${absent}`
}

function sayLimits({ limit, remaining, resetAt, retryAfterMs, headers }: RateSeen): string {
  const parts = [
    remaining === undefined
      ? limit === undefined
        ? undefined
        : `${limit} requests in a window`
      : `${remaining}${limit === undefined ? '' : ` of ${limit}`} requests are left`,
    resetAt === undefined ? undefined : `more at ${resetAt.slice(0, 19).replace('T', ' ')} UTC`,
    retryAfterMs === undefined ? undefined : `asks to wait ${Math.ceil(retryAfterMs / 1000)} s`,
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? `the server sends ${headers.join(', ')}` : `${parts.join(', ')} (${headers.join(', ')})`
}

function sayComparison({ result, comparison }: ProbedStream): string[] {
  if (result !== 'ok') return []
  const said = comparison.filter(({ status }) => status !== 'fits')
  const lines = said.map(({ key, status, message }) => `${key} ${words[status]}: ${message}`)
  const isWrong = said.some(({ status }) => status === 'differs')
  const fitting = comparison.filter(({ status }) => status === 'fits').map(({ key }) => key)
  if (isWrong) return lines
  if (said.some(({ status }) => status === 'unseen'))
    return [...lines, ...(fitting.length === 0 ? [] : [`fits: ${fitting.join(', ')}`])]
  return [...lines, 'everything that this stream configures fits']
}

const words = { differs: 'differs', missing: 'is missing', unseen: 'cannot be seen here', fits: 'fits' } as const
