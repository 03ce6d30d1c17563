/** Writes keys as a path that `parsePath` reads: `data.children[*].data`, `a["odd.key"]`. */
export function writePath(keys: readonly string[]): string {
  return keys.reduce((path, key) => {
    if (key === eachKey) return `${path}[*]`
    // What parsePath takes without quotes.
    if (!/^[^\s.[\]"']+$/.test(key)) return `${path}[${JSON.stringify(key)}]`
    return path === '' ? key : `${path}.${key}`
  }, '')
}

/** Stands for `[*]`. No control character is in a key that a server uses. */
export const eachKey = '\u0000each'
