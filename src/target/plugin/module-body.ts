import { Readable } from 'node:stream'
import type { OpenBody } from '../target.ts'

/** A body that a module may read, and what has become of it. */
export interface ModuleBody {
  open: OpenBody
  /** Of the last one that was opened; `unopened` when there was none. */
  state(): 'unopened' | 'unfinished' | 'ended' | { error: unknown }
  /** Lets go of what the module has not read. */
  close(): void
}

/**
 * A body whose own failure can be told from one of the module, which may destroy it with an error of another stream.
 *
 * @param check Is called before each piece, and ends the body by throwing.
 */
export function moduleBody(open: OpenBody, check: () => void): ModuleBody {
  const opened: Readable[] = []
  let state: ReturnType<ModuleBody['state']> = 'unopened'
  let last: Readable | undefined

  async function* pass(source: Readable): AsyncGenerator<Uint8Array> {
    const tell = (what: typeof state): void => {
      if (source === last) state = what
    }
    const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
    try {
      for (;;) {
        let next: IteratorResult<Uint8Array>
        try {
          check()
          next = await chunks.next()
        } catch (error) {
          tell({ error })
          throw error
        }
        if (next.done === true) return tell('ended')
        yield next.value
      }
    } finally {
      source.destroy()
    }
  }

  return {
    open(from) {
      const source = open(from)
      // An error before the first byte is wanted is kept by the stream, and thrown to who reads it.
      source.on('error', () => undefined)
      last = source
      state = 'unfinished'
      const stream = Readable.from(pass(source), { objectMode: false })
      stream.once('close', () => source.destroy())
      opened.push(stream)
      return stream
    },
    state: () => state,
    close() {
      for (const stream of opened) if (!stream.destroyed) stream.on('error', () => undefined).destroy()
    },
  }
}
