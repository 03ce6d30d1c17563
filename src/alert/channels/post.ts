import { UnsiloError } from '../../errors.ts'
import { sayStatus } from '../../system/http.ts'
import { type Redactor, createRedactor } from '../../system/redact.ts'
import { oneLine, shortenTo } from '../shorten.ts'
import type { ChannelSurroundings, Receipt } from '../channel.ts'

export interface Post {
  url: URL
  headers?: Record<string, string>
  /** JSON, unless it is text. */
  body: object | string
  /** What must not be shown of the answer and of errors, beside what the address holds. */
  secrets?: readonly string[]
}

/** As much of an answer is read. */
const mostBytes = 64 * 1024

/**
 * Sends one POST. Redirects are not followed: what was meant for one server would go to another.
 *
 * @param isFine Looks at an answer of 200 to 299 for servers that also say there that something is wrong; returns what.
 * @throws UnsiloError that names the host only
 */
export async function post(
  { url, headers = {}, body, secrets = [] }: Post,
  { http, timeoutMs }: Pick<ChannelSurroundings, 'http' | 'timeoutMs'>,
  signal: AbortSignal,
  isFine: (text: string) => string | undefined = () => undefined,
): Promise<Receipt> {
  const redactor = createRedactor([...secrets, ...secretsOf(url)])
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'
  const request = {
    method: 'POST',
    url: url.href,
    headers: { 'content-type': type, 'user-agent': 'unsilo', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }
  // The whole exchange is limited by the caller; what is silent for longer would hold the process.
  const response = await http.send(request, { signal, silenceMs: timeoutMs + 1000 })
  const text = await beginning(response.body)
  const said = shown(text, redactor)
  if (response.status >= 200 && response.status <= 299) {
    const wrong = isFine(text)
    if (wrong !== undefined) throw refused(url.host, 200, wrong)
    return { said: sayStatus(response.status) }
  }
  throw refused(url.host, response.status, said)
}

async function beginning(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= mostBytes) break
  }
  return Buffer.concat(chunks).subarray(0, mostBytes).toString()
}

/** What a server says, in a line: pages in HTML say nothing. */
function shown(text: string, redactor: Redactor): string {
  return /^\s*</.test(text) ? '' : shortenTo(redactor.text(oneLine(text)), 200)
}

function refused(host: string, status: number, said: string): UnsiloError {
  const because = said === '' ? '' : `: ${said}`
  const message = `${host} answered ${sayStatus(status)}${because}`
  if (status === 401 || status === 403) {
    return new UnsiloError('auth', message, {
      hint: 'The token or the address is not, or no longer, right: make a new one there.',
    })
  }
  if (status >= 300 && status <= 399) {
    return new UnsiloError('http', `${message}, which leads to another address`, {
      hint: 'Redirects are not followed, so that secrets go nowhere else: write the address that it leads to.',
    })
  }
  if (status === 404 || status === 410) {
    return new UnsiloError('http', message, {
      hint: 'Nothing is there (any more): make a new address there, or check this one.',
    })
  }
  const isPassing = status === 408 || status === 429 || status >= 500
  return new UnsiloError('http', message, {
    hint: isPassing ? 'It may pass: it is tried again.' : 'Look at what the server says is wrong.',
    retryable: isPassing,
  })
}

/** The parts of an address that let somebody in. */
function secretsOf(url: URL): string[] {
  const pieces = [...url.pathname.split('/'), ...url.searchParams.values()].filter((piece) => piece.length >= 8)
  return [url.href, `${url.pathname}${url.search}`, ...pieces].filter(
    (text) => text.length > 1 && text !== `${url.origin}/`,
  )
}
