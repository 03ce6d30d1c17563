import { UnsiloError } from '../../errors.ts'
import type { Format } from './format.ts'

/** Feeds `bytes` in chunks whose sizes take turns. Returns the error that the check found; anything else is thrown. */
export function runCheck(format: Format, bytes: Uint8Array, chunkSizes: readonly number[]): UnsiloError | undefined {
  const check = format.startCheck!()
  try {
    let offset = 0
    for (let turn = 0; offset < bytes.length; turn++) {
      const next = offset + chunkSizes[turn % chunkSizes.length]!
      check.write(bytes.subarray(offset, next))
      offset = next
    }
    check.end()
    return undefined
  } catch (error) {
    if (error instanceof UnsiloError && error.code === 'wrong-content') return error
    throw error
  }
}

/** What the check says of the content, the same in one chunk and byte by byte; empty when it passes. */
export function complaintOf(format: Format, content: string | Uint8Array): string {
  const bytes = Buffer.from(content)
  const whole = runCheck(format, bytes, [Math.max(1, bytes.length)])?.message ?? ''
  const inBytes = runCheck(format, bytes, [1])?.message ?? ''
  if (whole !== inBytes) throw new Error(`"${whole}" in one chunk, "${inBytes}" byte by byte`)
  return whole
}
