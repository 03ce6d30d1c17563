import { StoreDamage } from './damage.ts'

/** Numbers as runs of numbers that follow each other: where each begins, as the distance from the end of the one before, and its length. */
export function writeRuns(numbers: Uint32Array): Uint8Array {
  const bytes: number[] = []
  let expected = 0
  for (let index = 0; index < numbers.length;) {
    const start = numbers[index]!
    let count = 1
    while (numbers[index + count] === start + count) count++
    const distance = start - expected
    writeNumber(bytes, distance < 0 ? -2 * distance - 1 : 2 * distance)
    writeNumber(bytes, count)
    expected = start + count
    index += count
  }
  return Uint8Array.from(bytes)
}

/** @throws StoreDamage when it is not `count` numbers */
export function readRuns(bytes: Uint8Array, count: number): Uint32Array {
  const numbers = new Uint32Array(count)
  let [at, index, expected] = [0, 0, 0]
  const next = (): number => {
    let [value, scale] = [0, 1]
    for (;;) {
      const byte = bytes[at++]
      if (byte === undefined) throw new StoreDamage('a list of items is cut off')
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 0x80
    }
  }
  while (at < bytes.length) {
    const code = next()
    const start = expected + (code % 2 === 1 ? -(code + 1) / 2 : code / 2)
    const end = index + next()
    if (end > count) break
    for (expected = start; index < end; index++) numbers[index] = expected++
  }
  if (index !== count || at !== bytes.length) throw new StoreDamage('a list of items is damaged')
  return numbers
}

/** Seven bits a byte, the lowest first; the top bit says that there are more. */
function writeNumber(bytes: number[], value: number): void {
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes.push(rest)
}
