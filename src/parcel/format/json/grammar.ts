/**
 * The grammar of JSON (RFC 8259) and of the UTF-8 inside its strings (Unicode, table 3-7) as one table:
 * `transitions[state << 8 | byte]` is the next state. Every state knows which container its value stands in, so that
 * brackets alone need more than the table.
 */
export const transitions = new Uint8Array(128 * 256)

/** What a state is in the middle of. */
export type Place =
  | 'start'
  | 'mark'
  | 'object'
  | 'array'
  | 'end'
  | 'string'
  | 'escape'
  | 'character'
  | 'number'
  | 'word'

/** What a value stands in; the number indexes `afterValue`. */
export const atTop = 0
export const inObject = 1
export const inArray = 2
const containers = [atTop, inObject, inArray] as const

/** From here on a state asks the scanner for more than the next byte. */
export const firstSpecial = 120
export const error = 120
export const openObject = 121
export const openArray = 122
export const close = 123
/** From here on the next byte is text of a string, which the scanner runs over: a value's string by container, then a key. */
export const firstString = 124
export const inKey = 127
/** A line ends between tokens, the only place where valid JSON has line ends. The other bits are the next state. */
export const lineEnd = 128

const places: Place[] = []
places[inKey] = 'string'
for (const container of containers) places[firstString + container] = 'string'
let states = 0

function state(place: Place): number {
  if (states === firstSpecial) throw new RangeError('no state is left')
  places[states] = place
  return states++
}

export function placeOf(state: number): Place {
  return places[state] ?? 'start'
}

function on(from: number, bytes: string, to: number): void {
  for (const byte of Buffer.from(bytes, 'latin1')) transitions[(from << 8) | byte] = to
}

function onRange(from: number, first: number, last: number, to: number): void {
  transitions.fill(to, (from << 8) | first, ((from << 8) | last) + 1)
}

function onBlank(from: number, to: number): void {
  on(from, ' \t\r', to)
  on(from, '\n', lineEnd | to)
}

/** A run of states, one for each byte of `bytes`, from `from` to `to`. */
function onWord(from: number, bytes: string, to: number, place: Place): void {
  const last = bytes.length - 1
  let current = from
  for (let index = 0; index < last; index++) {
    const next = state(place)
    on(current, bytes[index]!, next)
    current = next
  }
  on(current, bytes[last]!, to)
}

function onString(text: number, after: number): void {
  onRange(text, 0x20, 0x7f, text)
  on(text, '"', after)

  const escape = state('escape')
  on(text, '\\', escape)
  on(escape, '"\\/bfnrt', text)
  let hex = text
  for (let digit = 0; digit < 4; digit++) {
    const before = state('escape')
    on(before, '0123456789abcdefABCDEF', hex)
    hex = before
  }
  on(escape, 'u', hex)

  const continued = (first: number, last: number, to: number): number => {
    const before = state('character')
    onRange(before, first, last, to)
    return before
  }
  const one = continued(0x80, 0xbf, text)
  const two = continued(0x80, 0xbf, one)
  const three = continued(0x80, 0xbf, two)
  onRange(text, 0xc2, 0xdf, one)
  onRange(text, 0xe1, 0xef, two)
  onRange(text, 0xf1, 0xf3, three)
  // Second bytes that would make an overlong form, a surrogate, or a code point above U+10FFFF.
  on(text, '\xe0', continued(0xa0, 0xbf, one))
  on(text, '\xed', continued(0x80, 0x9f, one))
  on(text, '\xf0', continued(0x90, 0xbf, two))
  on(text, '\xf4', continued(0x80, 0x8f, two))
}

/** Wires a number's states, and returns those for its first byte: a minus, a zero, another digit. */
function numberStates(after: number): [minus: number, zero: number, digits: number] {
  /** Such a state goes on as if the number had ended, save for the bytes that are set later. */
  const complete = (): number => {
    const from = state('number')
    transitions.copyWithin(from << 8, after << 8, (after + 1) << 8)
    return from
  }
  const [minus, zero, digits] = [state('number'), complete(), complete()]
  const [point, fraction] = [state('number'), complete()]
  const [exponent, sign, power] = [state('number'), state('number'), complete()]
  on(minus, '0', zero)
  on(minus, '123456789', digits)
  on(digits, '0123456789', digits)
  for (const whole of [zero, digits]) on(whole, '.', point)
  for (const from of [point, fraction]) on(from, '0123456789', fraction)
  for (const from of [zero, digits, fraction]) on(from, 'eE', exponent)
  on(exponent, '+-', sign)
  for (const from of [exponent, sign, power]) on(from, '0123456789', power)
  return [minus, zero, digits]
}

transitions.fill(error)

/** Nothing has come yet. */
export const start = state('start')
/** Before the value that is the document. */
export const beforeDocument = state('start')
export const afterDocument = state('end')
const [beforeFirstKey, beforeKey, afterKey] = [state('object'), state('object'), state('object')]
const [beforeMember, afterMember] = [state('object'), state('object')]
const [beforeFirstItem, beforeItem, afterItem] = [state('array'), state('array'), state('array')]
export { afterKey, beforeItem, beforeKey, beforeMember }
export const afterOpenObject = beforeFirstKey
export const afterOpenArray = beforeFirstItem
export const afterValue = new Uint8Array([afterDocument, afterMember, afterItem])

for (const same of [beforeDocument, afterDocument, afterKey, beforeKey, beforeFirstKey]) onBlank(same, same)
for (const same of [beforeMember, afterMember, beforeItem, afterItem, beforeFirstItem]) onBlank(same, same)
onBlank(start, beforeDocument)
onWord(start, '\xef\xbb\xbf', beforeDocument, 'mark')
on(beforeFirstKey, '"', inKey)
on(beforeKey, '"', inKey)
on(afterKey, ':', beforeMember)
on(afterMember, ',', beforeKey)
on(afterItem, ',', beforeItem)
for (const last of [beforeFirstKey, afterMember]) on(last, '}', close)
for (const last of [beforeFirstItem, afterItem]) on(last, ']', close)

const beforeValue = [[start, beforeDocument], [beforeMember], [beforeFirstItem, beforeItem]]
onString(inKey, afterKey)
for (const container of containers) {
  const after = afterValue[container]!
  const text = firstString + container
  onString(text, after)
  const [minus, zero, digits] = numberStates(after)
  const [first, ...others] = beforeValue[container]!
  on(first!, '{', openObject)
  on(first!, '[', openArray)
  on(first!, '"', text)
  on(first!, '-', minus)
  on(first!, '0', zero)
  on(first!, '123456789', digits)
  for (const word of ['true', 'false', 'null']) onWord(first!, word, after, 'word')
  for (const other of others) {
    for (const byte of Buffer.from('{["-0123456789tfn'))
      transitions[(other << 8) | byte] = transitions[(first! << 8) | byte]!
  }
}
