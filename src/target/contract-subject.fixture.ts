import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type TestContext, onTestFinished } from 'vitest'
import type { CuttingProxy } from '../../test/support/cutting-proxy.ts'
import type { KnownBody, OpenBody, Target, TargetFile } from './target.ts'

/**
 * A place for one test of the contract. What it cannot offer it names in `without`, with the reason; the cases that need it are then
 * skipped, with that reason.
 */
export interface ContractSubject {
  /**
   * Opens the same, at first empty, place again; each call is a client of its own, of the driver itself: the wrappers of `openTarget`
   * would hide faults. The contract closes it.
   */
  open(): Promise<Target>
  /** Stands between these clients and their server. */
  proxy?: CuttingProxy
  /** The server behind them: `kill` ends it as a crash would; `start` returns when it takes connections, with what it had. */
  server?: { kill(): Promise<void>; start(): Promise<void> }
  /** Opens another place, empty, with room for 1 MB at least and 16 MB at most. */
  full?: () => Promise<Target>
  /** Opens another place, empty, where this client may list and not write. */
  readOnly?: () => Promise<Target>
  /** How many files its server tells at once; the contract lists more than two times as many. Left out, there is no such number. */
  pageSize?: number
  without?: Partial<Record<Hook, string>>
}

type Hook = 'proxy' | 'server' | 'full' | 'readOnly'

/** A hook of the subject; skips the test where there is a reason why it has none. */
export function hookOf<Name extends Hook>(
  subject: ContractSubject,
  name: Name,
  context: TestContext,
): NonNullable<ContractSubject[Name]> {
  const hook = subject[name]
  if (hook !== undefined) return hook
  const reason = subject.without?.[name]
  if (reason === undefined) throw new Error(`the subject has no ${name}, and no reason in without.${name}`)
  return context.skip(reason)
}

/** Has every target closed when the test ends, before its server is stopped. */
export function closing(start: () => Promise<ContractSubject>): () => Promise<ContractSubject> {
  const closed = async (opening: Promise<Target>): Promise<Target> => {
    const target = await opening
    onTestFinished(() => target.close())
    return target
  }
  return async () => {
    const subject = await start()
    const { full, readOnly } = subject
    return {
      ...subject,
      open: () => closed(subject.open()),
      ...(full === undefined ? {} : { full: () => closed(full()) }),
      ...(readOnly === undefined ? {} : { readOnly: () => closed(readOnly()) }),
    }
  }
}

export const never = new AbortController().signal

export const body =
  (content: string | Uint8Array): OpenBody =>
  (from = 0) =>
    Readable.from(pieces(Buffer.from(content).subarray(from)), { objectMode: false })

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024)
}

export function knownOf(content: string | Uint8Array): KnownBody {
  const bytes = Buffer.from(content)
  return { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** Bytes that repeat nowhere, so that a piece in the wrong place shows. */
export function someBytes(length: number, seed = 1): Buffer {
  const words = Uint32Array.from({ length: Math.ceil(length / 4) }, (_, index) =>
    Math.imul(index + seed * 0x1000000, 0x9e3779b1),
  )
  return Buffer.from(words.buffer, 0, length)
}

export async function listed(target: Target, prefix = ''): Promise<TargetFile[]> {
  const found: TargetFile[] = []
  for await (const file of target.list(prefix, never)) found.push(file)
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

export async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks)
}

export async function read(target: Target, path: string): Promise<string> {
  return text(await target.get(path, never))
}

/** Like `toEqual` for large bytes, which would take long to print. */
export async function isSame(target: Target, path: string, content: Uint8Array): Promise<boolean> {
  return (await bytesOf(await target.get(path, never))).equals(content)
}
