import * as grammar from '../../../parcel/format/json/grammar.ts'

const { transitions, afterValue, inObject, inArray, firstSpecial, firstString, lineEnd } = grammar

const insides = new Set(['string', 'escape', 'character', 'number', 'word'])

/** 1 for states in the middle of a key, or of a value that is no container. */
export const isInside = new Uint8Array(256)
/** 1 for states of a number, the only value whose end shows in the byte behind it. */
export const isNumber = new Uint8Array(256)
for (let state = 0; state < lineEnd; state++) {
  const place = grammar.placeOf(state)
  if (state >= firstSpecial && state < firstString) continue
  isInside[state] = insides.has(place) ? 1 : 0
  isNumber[state] = place === 'number' ? 1 : 0
}

const quote = 0x22

/**
 * The state in which a byte is right that is wrong in `state`, between the items of a list or the members of an object: a comma
 * or colon too few, a comma too many, a value that is missing. `undefined` where that does not explain it.
 */
export function mendedState(state: number, byte: number): number | undefined {
  const { afterKey, beforeItem, beforeKey, beforeMember } = grammar
  const [afterMember, afterItem] = [afterValue[inObject]!, afterValue[inArray]!]
  const character = String.fromCharCode(byte)
  if (state === afterItem) {
    return transitions[(beforeItem << 8) | byte] === grammar.error ? undefined : beforeItem
  }
  if (state === beforeItem) return character === ']' ? afterItem : undefined
  if (state === afterMember) return byte === quote ? beforeKey : undefined
  if (state === beforeKey) return character === '}' ? afterMember : undefined
  if (state === afterKey) {
    return transitions[(beforeMember << 8) | byte] === grammar.error ? undefined : beforeMember
  }
  if (state === beforeMember) return ',}'.includes(character) ? afterMember : undefined
  return undefined
}
