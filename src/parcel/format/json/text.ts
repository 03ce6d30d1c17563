const plain = 1
const twoBytes = 2
const threeBytes = 4

/** What a byte of a string begins; 0 for what the grammar looks at: the quote, the backslash, controls, rare UTF-8. */
const beginnings = new Uint8Array(256)
beginnings.fill(plain, 0x20, 0x80)
beginnings[0x22] = beginnings[0x5c] = 0
beginnings.fill(twoBytes, 0xc2, 0xe0)
// After 0xe0 and 0xed not every continuation byte is right; both are left out.
beginnings.fill(threeBytes, 0xe1, 0xf0)
beginnings[0xed] = 0

/**
 * Runs over the text of a string from `index`, and returns the index of the first byte that it leaves to the grammar.
 * Most bytes of most JSON are text, and the table of the grammar is slower: each step waits for the one before.
 */
export function endOfText(chunk: Uint8Array, index: number, end: number): number {
  const table = beginnings
  while (index < end - 3) {
    const beginning = table[chunk[index]!]!
    if (beginning === 0) return index
    if (beginning === plain) {
      index++
      if ((table[chunk[index]!]! & table[chunk[index + 1]!]! & table[chunk[index + 2]!]!) === plain) index += 3
    } else {
      if ((chunk[index + 1]! & 0xc0) !== 0x80) return index
      if (beginning === threeBytes && (chunk[index + 2]! & 0xc0) !== 0x80) return index
      index += beginning === twoBytes ? 2 : 3
    }
  }
  while (index < end && table[chunk[index]!] === plain) index++
  return index
}
