import { join } from 'node:path'
import type { Bytes } from '../../codec/codec.ts'
import type { Files } from '../../system/files.ts'
import { type OpenPrivateFolder, openPrivateFolder } from '../../system/private-folder.ts'

/** More than that goes to the disk. */
const mostInMemoryBytes = 32 * 1024 * 1024

/** What is known to a reader beside the file itself. */
export interface Surroundings {
  signal: AbortSignal
  files: Files
}

export async function writeFile({ files, signal }: Surroundings, path: string, bytes: Bytes): Promise<void> {
  const sink = await files.create(path)
  try {
    for await (const chunk of bytes) {
      signal.throwIfAborted()
      await sink.write(chunk)
    }
  } finally {
    await sink.close()
  }
}

/** Lets what comes only once be read several times. The action has to be over before the bytes go. */
export async function* withSpool<T>(
  bytes: Bytes,
  surroundings: Surroundings,
  action: (open: () => Bytes) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const kept: Uint8Array[] = []
  let keptBytes = 0
  let folder: OpenPrivateFolder | undefined
  const iterator = bytes[Symbol.asyncIterator]()
  const rest: Bytes = { [Symbol.asyncIterator]: () => iterator }
  try {
    for (;;) {
      const next = await iterator.next()
      if (next.done === true) break
      kept.push(next.value)
      keptBytes += next.value.length
      if (keptBytes <= mostInMemoryBytes) continue
      folder = openPrivateFolder()
      await writeFile(surroundings, join(folder.path, 'file'), concatenated(kept.splice(0), rest))
      break
    }
    const path = folder === undefined ? undefined : join(folder.path, 'file')
    yield* action(path === undefined ? () => concatenated(kept) : () => surroundings.files.read(path))
  } finally {
    await iterator.return?.()
    folder?.remove()
  }
}

async function* concatenated(first: readonly Uint8Array[], rest?: Bytes): Bytes {
  yield* first
  if (rest !== undefined) yield* rest
}
