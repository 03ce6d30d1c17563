/** What is left out, below a place in an item. */
export interface Ignored {
  isAll: boolean
  names: Map<string, Ignored>
  each: Ignored | undefined
}

/** @param paths Names as they stand in `Json`; `undefined`: each element of a list. */
export function ignoredAt(paths: readonly (readonly (string | undefined)[])[]): Ignored {
  const rests = (name: string | undefined): (string | undefined)[][] =>
    paths.filter((path) => path.length > 0 && path[0] === name).map((path) => path.slice(1))
  const names = new Set(paths.flatMap((path) => (path[0] === undefined ? [] : [path[0]])))
  const elements = rests(undefined)
  return {
    isAll: paths.some((path) => path.length === 0),
    names: new Map([...names].map((name) => [name, ignoredAt(rests(name))])),
    each: elements.length === 0 ? undefined : ignoredAt(elements),
  }
}
