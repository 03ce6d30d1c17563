import type { JsonType } from './json.ts'
import type { WholeLayout } from './object-layouts.ts'

/** Fields that come and go in every way: no more shapes than these are kept for the next items. */
const mostShapes = 1000

/** Names and types, as JSON. @param types A letter for the type of each value, in the order of the names. */
export function shapeOf({ names, order, shapes }: WholeLayout, types: string): string {
  const known = shapes.get(types)
  if (known !== undefined) return known
  const shape = `{${order.map((index) => `${names[index]!}:"${typeOfLetter(types[index]!)}"`).join(',')}}`
  const own = Buffer.from(shape).toString()
  if (shapes.size < mostShapes) shapes.set(types, own)
  return own
}

/** The first letter of a value tells its type. */
export function letterOf(first: number): number {
  if (first === 0x66) return 0x74
  return first === 0x2d || (first >= 0x30 && first <= 0x39) ? 0x30 : first
}

function typeOfLetter(letter: string): JsonType {
  switch (letter) {
    case '"':
      return 'string'
    case '{':
      return 'object'
    case '[':
      return 'array'
    case 't':
      return 'boolean'
    case 'n':
      return 'null'
    default:
      return 'number'
  }
}
