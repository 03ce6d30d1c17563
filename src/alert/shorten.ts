const cut = '…'

/** Without what could tear a message: control characters other than line breaks and tabs, and halves of characters. */
export function plainText(text: string): string {
  // What turns the direction of text round could show another name than there is.
  return Buffer.from(text)
    .toString()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replaceAll(/(?![\n\t])\p{Cc}/gu, ' ')
}

/** As one line, for a title or a header. */
export function oneLine(text: string): string {
  return plainText(text)
    .replaceAll(/[\s\u2028\u2029]+/g, ' ')
    .trim()
}

/** At most so many UTF-16 units, which is never less strict than characters; cut between characters, with "…" at the end. */
export function shortenTo(text: string, units: number): string {
  return shortenBy(text, units, (piece) => piece.length)
}

/** At most so many bytes of UTF-8. */
export function shortenToBytes(text: string, bytes: number): string {
  return shortenBy(text, bytes, (piece) => Buffer.byteLength(piece))
}

function shortenBy(text: string, most: number, sizeOf: (piece: string) => number): string {
  if (sizeOf(text) <= most) return text
  let room = most - sizeOf(cut)
  let end = 0
  // What people see as one character may be many, and is not cut through.
  for (const { segment, index } of new Intl.Segmenter().segment(text.slice(0, most))) {
    room -= sizeOf(segment)
    if (room < 0) break
    end = index + segment.length
  }
  return `${text.slice(0, end).trimEnd()}${cut}`
}
