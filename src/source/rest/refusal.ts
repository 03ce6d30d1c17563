import { UnsiloError } from '../../errors.ts'
import { sayStatus } from '../../system/http.ts'

const longestQuote = 200

/** The error for an answer that cannot be gone on with. */
export function refusal(
  asked: { method: string; url: string },
  answer: { status: number; headers: Readonly<Record<string, string>>; text: string; retryable: boolean },
  redact: (text: string) => string,
): UnsiloError {
  const { status, retryable } = answer
  const said = quote(answer, redact)
  const where = `${asked.method} ${redact(asked.url)}`
  return new UnsiloError(status === 401 ? 'auth' : 'http', `${where}: ${sayStatus(status)}${said}`, {
    hint: hintFor(status),
    retryable,
  })
}

function quote(
  { headers, text }: { headers: Readonly<Record<string, string>>; text: string },
  redact: (text: string) => string,
): string {
  // A page for people is mostly markup.
  if (/html/i.test(headers['content-type'] ?? '') || /^\s*<(?:!doctype|html)/i.test(text)) return ''
  const line = oneLine(text, redact)
  return line === '' ? '' : `: ${line}`
}

/** What a server said, fit to stand in a message. It is redacted before it is cut: no part of a secret is left at the cut. */
export function oneLine(text: string, redact: (text: string) => string): string {
  const line = redact(text).replace(/\s+/g, ' ').trim()
  return line.length > longestQuote ? `${line.slice(0, longestQuote)}…` : line
}

function hintFor(status: number): string {
  if (status === 401) return 'The secret is wrong or no longer good, or it is sent in the wrong way: check source.auth.'
  if (status === 403) return 'Check what your user, or the scope of your token, may see; or set `on` in config.toml.'
  if (status === 404 || status === 410)
    return `Check the path; if it may be missing, set on = { "${status}" = "skip" }.`
  if (status >= 500) return 'The server has a problem. Run again later.'
  if (status >= 300 && status < 400) return 'If the server has moved, write its new address to config.toml.'
  return 'Check the path, the parameters and the headers against what the server documents.'
}
