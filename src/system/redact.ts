/** Takes secrets out of what is going to be shown or kept. */
export interface Redactor {
  text(text: string): string
  /** For output that comes in chunks: a secret that is cut by the border of two is found, too. */
  stream(): RedactingStream
  /** Takes these out too, from now on, also of streams that are open. Those too short to be secret are left alone. */
  add(...secrets: readonly string[]): void
  /** True when one of the secrets is among these bytes. */
  isIn(bytes: Uint8Array): boolean
}

interface RedactingStream {
  /** What can be kept now; the last few bytes wait for the next chunk. */
  write(chunk: Uint8Array): Buffer
  end(): Buffer
}

export const redacted = '[secret]'

/** A shorter secret would be found everywhere, and what is left of the text would give it away. */
const shortestSecret = 4

/** Finds secrets as they are, and as they stand in a URL, in a form, in base64 (Basic authentication) and in JSON. */
export function createRedactor(secrets: readonly string[]): Redactor {
  // The longest first: a secret may be a part of another.
  let patterns: readonly string[] = []
  let bytePatterns: readonly string[] = []
  const add = (...more: readonly string[]): void => {
    const forms = more.filter((secret) => secret.length >= shortestSecret).flatMap(formsOf)
    if (forms.every((form) => patterns.includes(form))) return
    patterns = [...new Set([...patterns, ...forms])].sort((a, b) => b.length - a.length)
    bytePatterns = patterns.map((pattern) => Buffer.from(pattern).toString('latin1'))
  }
  add(...secrets)
  return {
    text: (text) => replaceAll(text, patterns),
    stream: () => redactingStream(() => bytePatterns),
    add,
    isIn(bytes) {
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      return bytePatterns.some((pattern) => view.includes(pattern, 0, 'latin1'))
    },
  }
}

/** The ways in which a secret may be written. */
function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1)
  // Some programs write every character beyond ASCII, and every slash, escaped (RFC 8259, 7).
  const plainJson = json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const encoded = [formEncoded(secret), encodeURIComponent(wellFormed(secret)), encodeURI(wellFormed(secret))]
  return [
    secret,
    // A form that was read as a path, and a path that was read as a form.
    secret.replaceAll(' ', '+'),
    secret.replaceAll('+', ' '),
    ...encoded,
    ...encoded.map((form) => form.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())),
    ...[json, plainJson].flatMap((form) => [form, form.replaceAll('/', '\\/')]),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
  ]
}

/** As in a form: a space is a plus (URL Standard, application/x-www-form-urlencoded). */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

/** Without halves of characters, which cannot be encoded. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString()
}

function replaceAll(text: string, patterns: readonly string[]): string {
  return patterns.reduce((result, pattern) => result.replaceAll(pattern, redacted), text)
}

/** @param patterns Their bytes, one character each (latin1), so that output of any encoding passes unchanged. */
function redactingStream(patterns: () => readonly string[]): RedactingStream {
  let waiting = ''
  const flush = (keep: number): Buffer => {
    const result = replaceAll(waiting, patterns())
    const end = Math.max(0, result.length - keep)
    waiting = result.slice(end)
    return Buffer.from(result.slice(0, end), 'latin1')
  }
  return {
    write(chunk) {
      waiting += Buffer.from(chunk).toString('latin1')
      return flush(longestBeginning(waiting, patterns()))
    },
    end: () => flush(0),
  }
}

/** How many characters at the end of `text` may be the beginning of a pattern. */
function longestBeginning(text: string, patterns: readonly string[]): number {
  const lengths = patterns.map((pattern) => {
    for (let length = Math.min(pattern.length - 1, text.length); length > 0; length--) {
      if (text.endsWith(pattern.slice(0, length))) return length
    }
    return 0
  })
  return Math.max(0, ...lengths)
}
