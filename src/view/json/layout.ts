/** The names of an object, in the order in which it has them. Items of one kind share a few. */
export interface Layout {
  names: readonly string[]
  /** Where each name stands, in order of the names; the same name twice stays in order of the document. */
  order: readonly number[]
  /** For what depends on the names and the types of the values. */
  shapes: Map<string, string>
}

const mostKept = 16
/** By number of names, those used last at the end. Sorting the names of each object would take longer than all the rest. */
const kept = new Map<number, Layout[]>()

export function layoutOf(names: readonly string[]): Layout {
  const alike = kept.get(names.length) ?? []
  for (let index = alike.length - 1; index >= 0; index--) if (isSame(alike[index]!.names, names)) return alike[index]!
  // A part of a text would keep all of it in memory.
  const own = names.map((name) => Buffer.from(name).toString())
  const order = own.map((_, index) => index).sort((a, b) => compare(own[a]!, own[b]!) || a - b)
  const layout = { names: own, order, shapes: new Map<string, string>() }
  kept.delete(names.length)
  kept.set(names.length, [...alike, layout].slice(-mostKept))
  if (kept.size > mostKept) kept.delete(kept.keys().next().value!)
  return layout
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
