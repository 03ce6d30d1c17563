/** True for a module that is written as a path, and not as the name of a package. */
export function isPath(module: string): boolean {
  return /^(?:\.{1,2}|~)?\//.test(module)
}
