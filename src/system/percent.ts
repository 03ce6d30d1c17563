import * as z from 'zod'
import { UnsiloError } from '../errors.ts'
import { parsedBy } from './schema.ts'

/** Reads `5%` or `0.5 %` as a share, 0 to 1. @throws UnsiloError `config` */
function parsePercent(text: string): number {
  const percent = Number(/^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(text)?.[1])
  if (percent <= 100) return percent / 100
  throw new UnsiloError('config', `"${text}" is not a percentage`, { hint: 'Write it like "5%" or "0.5%".' })
}

/** A percentage, a share of 1 once parsed. */
export const percentText = z.string().transform(parsedBy(parsePercent))

/** Every digit that says something: `5 %`, `0.5 %`. */
export function sayPercent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`
}
