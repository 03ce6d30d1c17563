import type { StreamConfig } from '../stream.ts'
import type { Comparison } from './compare/comparison.ts'
import { writtenParams } from '../pages.ts'
import type { Look } from './look.ts'
import type { PageSign } from './signs/sign.ts'

/** A line that the stream's table would get. */
export interface Suggestion {
  key: 'format' | 'items' | 'key' | 'page' | 'cursor' | 'window'
  value: unknown
  /** `read`: the answer shows it. `guess`: it would have to be guessed, `because` says why. */
  certainty: 'read' | 'guess'
  because: string
  /** Not to be pasted as it is: something in it is unknown, or records could be lost if it is wrong. */
  isOff: boolean
}

/** What a stream should say, beyond what it says already and what fits. */
export function suggestionsFor(stream: StreamConfig, seen: Look, comparison: readonly Comparison[]): Suggestion[] {
  const isOpen = (key: Comparison['key']): boolean =>
    comparison.some((one) => one.key === key && (one.status === 'differs' || one.status === 'missing'))
  return [
    ...(isOpen('items') ? suggestItems(seen) : []),
    ...(isOpen('key') ? suggestKey(seen) : []),
    ...(isOpen('page') || isUnsaid(stream, comparison) ? suggestPage(seen) : []),
    ...(stream.cursor === undefined || isOpen('cursor') ? suggestCursor(stream, seen) : []),
    ...(stream.window === undefined ? suggestWindow(seen) : []),
  ]
}

/** Nothing is set, and the page does not say whether anything is needed. */
function isUnsaid(stream: StreamConfig, comparison: readonly Comparison[]): boolean {
  return stream.page.kind === 'none' && comparison.some(({ key, status }) => key === 'page' && status === 'unseen')
}

function suggestItems({ lists }: Look): Suggestion[] {
  const [best, second] = lists
  if (best === undefined) {
    const because = 'there is no list of records in the answer; "any" keeps it as it is'
    return [{ key: 'format', value: 'any', certainty: 'guess', because, isOff: false }]
  }
  if (best.path === undefined) return []
  const shared = { key: 'items' as const, value: best.path, isOff: false }
  if (best.of === 'nothing') return [{ ...shared, certainty: 'guess', because: 'the list is empty' }]
  if (second === undefined)
    return [{ ...shared, certainty: 'read', because: `the only list of records, of ${best.count}` }]
  const others = lists.slice(1, 4).map(({ path, count }) => `${path ?? 'the body itself'} (${count})`)
  return [
    {
      ...shared,
      certainty: 'guess',
      because: `the likeliest list, of ${best.count}; it may also be ${others.join(' or ')}`,
    },
  ]
}

function suggestKey({ keys, records }: Look): Suggestion[] {
  const [best] = keys
  if (best === undefined) return []
  const rivals = keys.filter(({ isNamedSo }) => isNamedSo)
  const value = best.fields.length === 1 ? best.fields[0] : best.fields
  const says = (certainty: Suggestion['certainty'], because: string): Suggestion[] => [
    { key: 'key', value, certainty, because, isOff: false },
  ]
  if (rivals.length > 1) {
    const names = rivals.map(({ fields }) => fields[0]).join(' or ')
    return says('guess', `${names}, ${rivals.length === 2 ? 'both' : 'all'} unique: choose`)
  }
  if (records.length < 2) return says('guess', 'one record does not show what is different in each')
  if (best.isNamedSo) return says('read', `in all ${records.length} records, and different in each`)
  const others = keys.slice(1, 4).map(({ fields }) => fields.join(' and '))
  return says(
    'guess',
    `different in each record, but not named like a key${others.length === 0 ? '' : `; so are ${others.join(', ')}`}`,
  )
}

function suggestPage({ signs, more }: Look): Suggestion[] {
  const [sign] = signs
  if (sign === undefined) return []
  const flag = more.find(({ meansMore }) => meansMore)
  const needsFlag = sign.kind === 'number' || sign.kind === 'offset' || sign.kind === 'last-item'
  const value = { ...pageValue(sign), ...(flag !== undefined && needsFlag ? { more: flag.path } : {}) }
  if (sign.isParamSeen) return [{ key: 'page', value, certainty: 'read', because: sign.because, isOff: false }]
  const isUnknown = sign.param === undefined
  const doubt =
    sign.kind === 'last-item'
      ? 'how the next page is asked for is unknown: by that value, by a number, by an offset?'
      : isUnknown
        ? 'the parameter for the next page is unknown: see the documentation of the API'
        : `that the parameter is called ${sign.param} is a custom, and not in the answer`
  const because = `${sign.because}; ${doubt}`
  return [{ key: 'page', value, certainty: 'guess', because, isOff: isUnknown }]
}

/** `?` stands for what is unknown. */
function pageValue({ kind, at, header, field, from, param }: PageSign): Record<string, unknown> {
  const needsParam = kind !== 'link' && kind !== 'next-url'
  return {
    kind,
    ...(at === undefined ? {} : { at }),
    ...(header === undefined ? {} : { header }),
    ...(field === undefined ? {} : { field }),
    ...(needsParam ? { param: param ?? '?' } : {}),
    ...(from === undefined ? {} : { from }),
  }
}

const sinceNames =
  /^(?:since|after|from|fromdt|start|min_?date|(?:updated|modified|changed|created)_?(?:since|after|at_min|min|gte)|if_modified_since|since_id|min_id|last_sync|sync_token)$/i

function suggestCursor(stream: StreamConfig, { cursors }: Look): Suggestion[] {
  const { cursor } = stream
  const times = cursors.filter(({ as }) => as !== 'number')
  const best = times.find(({ field }) => field === cursor?.field.text) ?? times[0]
  if (best === undefined) return []
  const isPlaced = cursor !== undefined && cursor.param === undefined
  const param = cursor?.param ?? Object.keys(writtenParams(stream.params)).find((name) => sinceNames.test(name))
  const value = {
    field: best.field,
    ...(isPlaced ? {} : { param: param ?? '?' }),
    ...(best.as === 'time' && cursor === undefined ? {} : { as: best.as }),
  }
  const names = times.map(({ field }) => field)
  const doubts = [
    cursor === undefined ? undefined : `the values of ${best.field} look like it`,
    names.length === 1 || cursor !== undefined ? undefined : `${names.join(' or ')}: choose`,
    cursor !== undefined
      ? undefined
      : param === undefined
        ? 'whether the server takes such a parameter, and its name, is unknown'
        : `whether ${param} takes it is not in the answer`,
  ]
  const because = doubts.filter((doubt) => doubt !== undefined).join('; ')
  // With a wrong cursor, changes would be passed over in silence.
  return [{ key: 'cursor', value, certainty: 'guess', because, isOff: true }]
}

function suggestWindow({ extent, cursors }: Look): Suggestion[] {
  if (extent.window === undefined) return []
  const by = cursors.find(({ order }) => order === 'descending')?.field
  const value = { newest: extent.window, ...(by === undefined ? {} : { by }) }
  const because = `${extent.total!.at} comes to ${extent.total!.isAtMost ? 'at most ' : ''}${extent.window}, as round as a limit`
  return [{ key: 'window', value, certainty: 'guess', because, isOff: true }]
}
