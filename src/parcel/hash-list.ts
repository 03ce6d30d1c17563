/** A file of a folder parcel and its hash, as a line of `log/ID.sha256` has them. */
export interface HashedFile {
  /** Relative to the folder that holds the parcel: `ID/photo.jpg`. */
  path: string
  /** Lower-case hexadecimal. */
  sha256: string
}

/** One line as sha256sum(1) writes it: a name with a backslash or a line break is escaped, and the line marked. */
export function hashLine(sha256: string, path: string): string {
  const escaped = path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  return `${escaped === path ? '' : '\\'}${sha256}  ${escaped}\n`
}

/** Reads what `hashLine` has written. */
export function readHashList(text: string): HashedFile[] {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const isMarked = line.startsWith('\\')
    const plain = isMarked ? line.slice(1) : line
    const path = plain.slice(66)
    return { path: isMarked ? path.replaceAll(/\\([\\nr])/g, unescaped) : path, sha256: plain.slice(0, 64) }
  })
}

function unescaped(_: string, letter: string): string {
  if (letter === 'n') return '\n'
  return letter === 'r' ? '\r' : '\\'
}
