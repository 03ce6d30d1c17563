import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Broken } from './fault.ts'
import type { Reply } from './reply.ts'

/** Sends a reply, whole or as the fault has it. */
export async function transmit(response: ServerResponse, reply: Reply, fault?: Broken): Promise<void> {
  const bytes = Buffer.from(reply.text)
  const part = bytes.subarray(0, Math.floor(bytes.length * shareOf(fault)))
  const head = (headers: Record<string, string> = {}): void => {
    response.writeHead(reply.status, { ...reply.headers, ...headers })
  }
  const length = { 'content-length': String(bytes.length) }
  switch (fault?.kind) {
    case undefined:
      head(reply.status === 204 ? {} : length)
      response.end(bytes)
      return
    case 'reset':
      response.socket?.resetAndDestroy()
      return
    case 'reset-in-body':
      head(length)
      await written(response, part)
      response.socket?.resetAndDestroy()
      return
    case 'short-body':
      head(length)
      await written(response, part)
      response.socket?.destroy()
      return
    case 'short-chunked':
      head({ 'transfer-encoding': 'chunked' })
      await written(response, part)
      response.socket?.destroy()
      return
    case 'cut-json':
      head({ 'content-length': String(part.length) })
      response.end(part)
      return
    case 'slow':
      head(length)
      await sendSlowly(response, bytes, fault)
      return
    case 'hang':
      if (part.length === 0) return
      head(length)
      await written(response, part)
      return
  }
}

function shareOf(fault: Broken | undefined): number {
  if (fault === undefined || fault.kind === 'slow' || fault.kind === 'reset') return 1
  return fault.share ?? (fault.kind === 'hang' ? 0 : 0.5)
}

/** Resolves when the bytes are with the operating system, which hands them over before the end of the connection. */
async function written(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => {
    response.write(bytes.length === 0 ? ' ' : bytes, () => resolve())
  })
}

async function sendSlowly(
  response: ServerResponse,
  bytes: Buffer,
  { pieces, pauseMs }: Broken & { kind: 'slow' },
): Promise<void> {
  const size = Math.max(1, Math.ceil(bytes.length / pieces))
  let start = 0
  for (; start + size < bytes.length && !response.destroyed; start += size) {
    await written(response, bytes.subarray(start, start + size))
    await pause(pauseMs)
  }
  response.end(bytes.subarray(start))
}
