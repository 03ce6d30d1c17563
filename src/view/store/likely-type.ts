import type { ColumnType } from '../definition.ts'
import { convert } from './column-kind.ts'

type TimeType = Extract<ColumnType, 'timestamp' | 'date' | 'epoch' | 'epoch-ms'>

const times: readonly TimeType[] = ['timestamp', 'epoch', 'epoch-ms']
/** Of times of our days: seconds have ten digits. */
const microDigits = 16

/** A type of time that a value is of, where it is none of its column's; words for the end of a message, or none. */
export function likelyType(type: ColumnType, text: string): string {
  if (type !== 'date' && !times.some((time) => time === type)) return ''
  const digits = /^\s*(\d+)(?:\.\d+)?\s*$/.exec(text)?.[1]?.length
  if (digits === microDigits) {
    return ': if these are microseconds, read them as integer, and in SQL by make_timestamp(…)'
  }
  const near = times.find((time) => convert(time, text) !== undefined && (time !== 'epoch-ms' || digits === 13))
  return near === undefined || near === type ? '' : `: perhaps it is of type ${near}`
}
