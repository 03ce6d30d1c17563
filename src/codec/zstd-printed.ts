import { once } from 'node:events'
import { UnsiloError } from '../errors.ts'
import { type RunningCommand, sayEnd, startCommand } from '../system/processes.ts'
import type { Bytes } from './codec.ts'
import type { Printed, Printing } from './printed.ts'

interface ZstdProgram {
  packParameters: readonly string[]
  unpackParameters: readonly string[]
  /** Says what to install when there is no zstd. */
  withInstall(error: unknown): unknown
}

/**
 * Program → zstd → here → zstd -d → the program that proves: only compressed bytes pass through Node.js, and what is proven is
 * what they decompress to.
 */
export async function* compressPrinted(body: Printed, zstd: ZstdProgram, signal: AbortSignal | undefined): Bytes {
  const start = (parameters: readonly string[], stdout: 'pipe' | ReturnType<Printed['proof']['reader']>) =>
    startCommand({
      command: ['zstd', '-q', ...parameters, '-c'],
      stdin: 'pipe',
      stdout,
      stderr: 'ignore',
      signal,
    })
  const packer = start(zstd.packParameters, 'pipe')
  // A program that is not there is told of in the next turn; until then its stdin could not be handed on.
  await Promise.race([packer.ended, new Promise(setImmediate)]).catch((error: unknown) => {
    throw zstd.withInstall(error)
  })
  let unpacker: RunningCommand | undefined
  let printing: Printing | undefined
  let isWhole = false
  try {
    unpacker = start(zstd.unpackParameters, body.proof.reader())
    // When the proof has found a fault, nobody reads on; the proof tells.
    unpacker.stdin!.on('error', () => undefined)
    printing = body.printInto(packer.stdin!)
    for await (const chunk of packer.stdout! as Bytes) {
      await feed(unpacker, chunk)
      yield chunk
    }
    // Why the program ended explains what its output lacks, so it comes first.
    await printing.done
    const packed = await packer.ended
    if (packed.status !== 0) throw failed(`zstd failed: ${sayEnd(packed)}`)
    unpacker.stdin!.end()
    const unpacked = await unpacker.ended
    await body.proof.end()
    const isCutOff = unpacked.endedBySignal === 'SIGPIPE'
    if (unpacked.status !== 0 && !isCutOff) throw failed(`zstd cannot read what it has written: ${sayEnd(unpacked)}`)
    isWhole = true
  } finally {
    if (!isWhole) for (const one of [packer, unpacker]) one?.end()
    await printing?.stop()
    await body.proof.stop()
    await Promise.allSettled([packer.ended, unpacker?.ended])
  }
}

async function feed({ stdin, ended }: RunningCommand, chunk: Uint8Array): Promise<void> {
  if (stdin!.destroyed || stdin!.write(chunk)) return
  await Promise.race([once(stdin!, 'drain'), ended]).catch(() => undefined)
}

function failed(message: string): UnsiloError {
  return new UnsiloError('wrong-content', message, {
    hint: 'Export again; if it fails again, check the memory of this machine.',
    retryable: true,
  })
}
