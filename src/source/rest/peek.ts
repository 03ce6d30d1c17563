/** Enough for any error that a server explains. */
const longestPeekBytes = 64 * 1024

/** The beginning of a body as text, and the body as it was, from its first byte. */
export async function peek(
  body: AsyncIterable<Uint8Array>,
): Promise<{ text: string; body: AsyncGenerator<Uint8Array> }> {
  const iterator = body[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let bytes = 0
  while (bytes < longestPeekBytes) {
    const next = await iterator.next()
    if (next.done === true) break
    chunks.push(next.value)
    bytes += next.value.length
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  return { text: Buffer.concat(chunks).toString('utf8'), body: whole() }
}

/** Lets go of a body of which no more is wanted: one that nobody reads would hold its connection. */
export async function letGo(body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of body) break
}
