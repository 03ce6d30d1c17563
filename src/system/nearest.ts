/**
 * The word that someone most likely meant, or `undefined` when none is near: a third of its letters may differ, one at
 * least. Case, dashes and underscores do not count as a difference.
 */
export function nearestWord(written: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined
  let smallest = Infinity
  for (const word of known) {
    const distance = editDistance(plain(written), plain(word))
    if (distance > Math.max(1, Math.floor(Math.max(written.length, word.length) / 3)) || distance >= smallest) continue
    // One letter off is no likeness when there is hardly another letter.
    if (distance >= Math.min(written.length, word.length)) continue
    nearest = word
    smallest = distance
  }
  return nearest
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, '')
}

/**
 * Damerau-Levenshtein distance (optimal string alignment): how many letters to add, remove, replace, or swap with the
 * next one, to turn `from` into `to`.
 */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      let distance = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (row > 1 && column > 1 && swapped) distance = Math.min(distance, beforeLast[column - 2]! + 1)
      current.push(distance)
    }
    beforeLast = last
    last = current
  }
  return last[to.length]!
}
