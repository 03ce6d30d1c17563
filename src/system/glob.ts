import { homedir } from 'node:os'

/**
 * Files and folders that match any of the patterns, as absolute paths in the order of their names. `~` is the user's home;
 * a relative pattern starts at `folder`; `*` does not match names that begin with a dot.
 */
export async function matchPaths(patterns: readonly string[], folder: string): Promise<string[]> {
  const { escapePath, glob } = await import('tinyglobby')
  const home = escapePath(homedir())
  const expanded = patterns
    .filter((pattern) => pattern !== '')
    .map((pattern) => pattern.replace(/^~(?=\/|$)/, () => home))
    .map((pattern) => (pattern.startsWith('/') ? pattern : `${escapePath(folder)}/${pattern}`))
  // tinyglobby misses, or refuses, what lies above the folder that it starts from.
  const found = await glob(expanded, { cwd: '/', absolute: true, onlyFiles: false, expandDirectories: false })
  const paths = [...new Set(found.map((path) => (path.length > 1 ? path.replace(/\/$/, '') : path)))].sort()
  // A pattern such as `dumps/**` matches a folder and all that is in it; the folder is what is meant.
  return paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)))
}
