import { jsonText } from '../json-body.ts'

/** What an answer is, by its bytes: servers give pages for people with any content type. */
export type Content = 'json' | 'html' | 'xml' | 'text' | 'binary' | 'empty'

/** @returns `value` only for JSON. */
export function contentOf(bytes: Uint8Array): { content: Content; value?: unknown } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = buffer.subarray(0, 4096).toString('utf8').trimStart().toLowerCase()
  if (start === '') return { content: 'empty' }
  try {
    return { content: 'json', value: JSON.parse(jsonText(buffer)) as unknown }
  } catch {
    if (/^(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b/s.test(start)) return { content: 'html' }
    if (start.startsWith('<')) return { content: 'xml' }
    return { content: buffer.subarray(0, 4096).includes(0) ? 'binary' : 'text' }
  }
}
