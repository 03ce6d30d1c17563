// Text whose characters are the bytes of UTF-8: to make it of bytes, to cut it and to write it costs nearly nothing, and what matters
// in JSON is ASCII.

/** @param json Bytes, or text. */
export function asBytes(json: Uint8Array | string): string {
  if (typeof json === 'string') return isPlain(json) ? json : Buffer.from(json).toString('latin1')
  return Buffer.from(json.buffer, json.byteOffset, json.length).toString('latin1')
}

/** The text that is meant. */
export function fromBytes(text: string): string {
  return isPlain(text) ? text : Buffer.from(text, 'latin1').toString('utf8')
}

function isPlain(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- all of ASCII
  return /^[\x00-\x7f]*$/.test(text)
}
