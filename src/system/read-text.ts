import { isAscii } from 'node:buffer'
import { closeSync, openSync, readSync } from 'node:fs'

// Memory that is taken anew for each file has to be mapped and cleared by the system first, which takes ten times as long as
// to read the file from the system's cache. So one buffer serves all reads, and no text is so long that V8 gives it a place
// of its own.
const pieceBytes = 64 * 1024
const buffer = Buffer.allocUnsafeSlow(pieceBytes)

/** All of a file. Node's errors pass as they are. */
export function readText(path: string): string {
  const pieces = readPieces(path)
  return pieces.length === 1 ? pieces[0]! : pieces.join('')
}

/** The text of a file in pieces; each ends with a line break, but for the last. Node's errors pass as they are. */
export function readPieces(path: string): string[] {
  const pieces: string[] = []
  const descriptor = openSync(path, 'r')
  try {
    let room = buffer
    let filled = 0
    for (;;) {
      // A line that is longer than a piece has one of its own.
      if (filled === room.length) room = Buffer.concat([room], 2 * room.length)
      const count = readSync(descriptor, room, filled, room.length - filled, null)
      filled += count
      if (count === 0) break
      if (filled < room.length) continue
      const end = room.lastIndexOf(0x0a, filled - 1) + 1
      if (end === 0) continue
      pieces.push(textOf(room.subarray(0, end)))
      room.copyWithin(0, end, filled)
      filled -= end
    }
    if (filled > 0 || pieces.length === 0) pieces.push(textOf(room.subarray(0, filled)))
  } finally {
    closeSync(descriptor)
  }
  return pieces
}

/** Most files are ASCII, and Node finds that out several times faster than it decodes UTF-8. */
function textOf(bytes: Buffer): string {
  return isAscii(bytes) ? bytes.toString('latin1') : bytes.toString('utf8')
}
