import { constants, isUtf8 } from 'node:buffer'
import { UnsiloError } from '../../errors.ts'
import { saySize } from '../../system/size.ts'

/** "No Content": an answer without records, and without JSON. */
export const noContent = 204

export interface JsonBody {
  /** `undefined` where there is no content. */
  value: unknown
  /** What was parsed. */
  text: string
  /** JSON has to be UTF-8 (RFC 8259, 8.1); what is not is read with U+FFFD in its place. */
  isUtf8: boolean
}

/** @throws UnsiloError `wrong-content`; another try may help against an answer that was broken off */
export function readJson(
  chunks: readonly Uint8Array[],
  status: number,
  { method, url }: { method: string; url: string },
): JsonBody {
  if (status === noContent) return { value: undefined, text: '', isUtf8: true }
  const answer = `the answer to ${method} ${url}`
  const length = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
  if (length > constants.MAX_STRING_LENGTH) {
    throw new UnsiloError('wrong-content', `${answer} is too large (${saySize(length)}) to be read as JSON`, {
      hint: 'Ask for smaller pages. Or let answers be kept without looking into them: format = "any".',
    })
  }
  const bytes = Buffer.concat(chunks)
  const text = jsonText(bytes)
  try {
    return { value: JSON.parse(text), text, isUtf8: isUtf8(bytes) }
  } catch (error) {
    throw new UnsiloError('wrong-content', `${answer} is ${text === '' ? 'empty' : 'not valid JSON'}`, {
      hint: 'It was broken off, or the address is of a page for people. Streams of other answers: format = "any".',
      retryable: true,
      cause: error,
    })
  }
}

/** Bytes as JSON.parse takes them: without the byte order mark that some servers begin with. */
export function jsonText(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/^\uFEFF/, '')
}
