import { type ItemPath, each, isMany } from '../../../system/item-path.ts'
import type { BadItem } from '../../item.ts'

/** Something else than what a step of a path leads into. */
export interface Misfit {
  /** The step, and those before it. */
  steps: ItemPath['steps']
  /** First byte of what stands there. */
  byte: number
}

/** Says that none of the paths leads to items, and what stands in the way. */
export function nothingAt(paths: readonly ItemPath[], file: string, misfit: Misfit | undefined): BadItem {
  const all = paths.map(({ text }) => `"${text}"`).join(', ')
  return { problem: `there is nothing at ${all}${misfit === undefined ? '' : `: ${sayMisfit(misfit)}`}`, file }
}

function sayMisfit({ steps, byte }: Misfit): string {
  const before = steps.slice(0, -1)
  const step = steps.at(-1)!
  const path = textOf(before)
  const wanted = step === each ? 'list' : isMany(step) ? 'object' : `object with "${step}"`
  const what = `${path === '' ? 'the document' : `"${path}"`} is ${kindOf(byte)}, and no ${wanted}`
  if (step === each && byte === openBrace) return `${what}; its values are "${path}{*}"`
  return byte === openBracket ? `${what}; its elements are "${path}[*]"` : what
}

const [openBrace, openBracket, quote] = Buffer.from('{["') as unknown as [number, number, number]

function kindOf(byte: number): string {
  if (byte === openBrace) return 'an object'
  if (byte === openBracket) return 'a list'
  if (byte === quote) return 'a text'
  return /[tf]/.test(String.fromCharCode(byte)) ? 'true or false' : 'a number'
}

/** As `items` is written. */
export function textOf(steps: ItemPath['steps']): string {
  return steps
    .map((step, index) => {
      if (step === each) return '[*]'
      if (isMany(step)) return step.field === '_name' ? '{*}' : `{${step.field}}`
      if (/[\s.[\]{}"']/.test(step) || step === '') return `[${JSON.stringify(step)}]`
      return index === 0 ? step : `.${step}`
    })
    .join('')
}
