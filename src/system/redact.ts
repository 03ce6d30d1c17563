/** Takes secrets out of what is going to be shown or kept. */
export interface Redactor {
  text(text: string): string
  /** For output that comes in chunks: a secret that is cut by the border of two is found, too. */
  stream(): RedactingStream
}

interface RedactingStream {
  /** What can be kept now; the last few bytes wait for the next chunk. */
  write(chunk: Uint8Array): Buffer
  end(): Buffer
}

const mark = '[secret]'

/** A shorter secret would be found everywhere, and what is left of the text would give it away. */
const shortestSecret = 4

/** Finds secrets as they are, and as they stand in a URL, in base64 (Basic authentication) and in JSON. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const forms = secrets
    .filter((secret) => secret.length >= shortestSecret)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    ])
  // The longest first: a secret may be a part of another.
  const patterns = [...new Set(forms)].sort((a, b) => b.length - a.length)
  return {
    text: (text) => replaceAll(text, patterns),
    stream: () => redactingStream(patterns.map((pattern) => Buffer.from(pattern).toString('latin1'))),
  }
}

function replaceAll(text: string, patterns: readonly string[]): string {
  return patterns.reduce((redacted, pattern) => redacted.replaceAll(pattern, mark), text)
}

/** @param patterns Their bytes, one character each (latin1), so that output of any encoding passes unchanged. */
function redactingStream(patterns: readonly string[]): RedactingStream {
  let waiting = ''
  const flush = (keep: number): Buffer => {
    const redacted = replaceAll(waiting, patterns)
    const end = Math.max(0, redacted.length - keep)
    waiting = redacted.slice(end)
    return Buffer.from(redacted.slice(0, end), 'latin1')
  }
  return {
    write(chunk) {
      waiting += Buffer.from(chunk).toString('latin1')
      return flush(longestBeginning(waiting, patterns))
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
