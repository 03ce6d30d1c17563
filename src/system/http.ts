import { type ClientRequest, type IncomingMessage, STATUS_CODES, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { urlToHttpOptions } from 'node:url'
import { UnsiloError } from '../errors.ts'
import { bodyError, networkError, silenceError } from './http-error.ts'
import { decodedBody } from './http-body.ts'

export interface HttpRequest {
  method: string
  url: string
  headers: Record<string, string>
  body?: string | undefined
  /** It is never sent again when it is open what the server has done with it. */
  once?: boolean | undefined
}

export interface HttpResponse {
  status: number
  /** Names in lower case; the values of headers that came several times are joined by ", ". */
  headers: Record<string, string>
  /** What the server sent, without its Content-Encoding. Read it to its end or break off: it holds the connection. */
  body: AsyncIterable<Uint8Array>
}

interface HttpOptions {
  signal: AbortSignal
  /** Longest time without a byte from the server while one is waited for, in ms. */
  silenceMs: number
}

/** One exchange with a web server. */
export interface Http {
  /**
   * Redirects are returned, not followed; every status is an answer.
   *
   * @throws UnsiloError `network`, `timeout` or `cancelled`, also while the body is read. None says more of the address
   * than its host, and none has a cause: Node's errors hold bytes of what was received.
   */
  send(request: HttpRequest, options: HttpOptions): Promise<HttpResponse>
}

// Node's own agents keep connections open between requests, and heed proxy settings where Node does. `fetch` would end every
// silence of 300 s, whatever was asked for, and takes a gzip body that was cut off for a whole one.
export const systemHttp: Http = {
  send(request, options) {
    const url = parseUrl(request.url)
    return sendOnce(request, url, options).catch((error: unknown) => {
      // A server may close a kept connection just when it is used again; the request was not begun then.
      if (!(error instanceof StaleConnection)) throw error
      return sendOnce(request, url, { ...options, isSecond: true })
    })
  },
}

/** Says a status as servers do: `HTTP 404 Not Found`. */
export function sayStatus(status: number): string {
  const words = STATUS_CODES[status]
  return words === undefined ? `HTTP ${status}` : `HTTP ${status} ${words}`
}

class StaleConnection extends Error {}

/** Safe to send again when it is not known whether the server got it (RFC 9110, 9.2.2). */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

function isRepeatable({ method, once }: HttpRequest): boolean {
  return once !== true && idempotent.has(method)
}

function sendOnce(
  request: HttpRequest,
  url: URL,
  { signal, silenceMs, isSecond = false }: HttpOptions & { isSecond?: boolean },
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void => {
      const isStale = sent?.reusedSocket === true && (error as NodeJS.ErrnoException).code === 'ECONNRESET'
      if (isStale && !isSecond && !signal.aborted && isRepeatable(request)) reject(new StaleConnection())
      else reject(signal.aborted ? cancelled() : networkError(error, url.host))
    }
    let sent: ClientRequest | undefined
    try {
      sent = start(request, url, signal)
    } catch (error) {
      return failed(error)
    }
    const timer = setTimeout(() => sent.destroy(silenceError(url.host, silenceMs)), silenceMs)
    sent.on('error', (error) => {
      clearTimeout(timer)
      failed(error)
    })
    sent.on('response', (response) => {
      clearTimeout(timer)
      // From here on the body tells what goes wrong.
      sent.on('error', () => undefined)
      const headers = joinedHeaders(response)
      const bytes = receivedBytes(response, url.host, { signal, silenceMs })
      const body = decodedBody(bytes, headers['content-encoding'], url.host)
      resolve({ status: response.statusCode!, headers, body })
    })
    sent.end(request.body)
  })
}

function start({ method, headers }: HttpRequest, url: URL, signal: AbortSignal): ClientRequest {
  signal.throwIfAborted()
  const { auth: _, ...target } = urlToHttpOptions(url)
  const hasOwn = Object.keys(headers).some((name) => name.toLowerCase() === 'accept-encoding')
  return (url.protocol === 'https:' ? requestHttps : requestHttp)({
    ...target,
    method,
    headers: hasOwn ? headers : { ...headers, 'accept-encoding': 'gzip, br' },
    signal,
    // Node's 16 KiB are too little for some Link and Content-Security-Policy headers.
    maxHeaderSize: 64 * 1024,
  })
}

/** @throws UnsiloError `network` or `timeout` when the body does not come to its end */
async function* receivedBytes(
  response: IncomingMessage,
  host: string,
  { signal, silenceMs }: HttpOptions,
): AsyncGenerator<Uint8Array> {
  let silence: UnsiloError | undefined
  const watch = (): NodeJS.Timeout =>
    setTimeout(() => response.destroy((silence = silenceError(host, silenceMs))), silenceMs)
  let timer = watch()
  try {
    for await (const chunk of response) {
      // A slow reader is not the server's silence.
      clearTimeout(timer)
      yield chunk as Uint8Array
      timer = watch()
    }
  } catch (error) {
    throw signal.aborted ? cancelled() : (silence ?? bodyError(error, host))
  } finally {
    clearTimeout(timer)
    response.destroy()
  }
}

function joinedHeaders(response: IncomingMessage): Record<string, string> {
  const distinct = Object.entries(response.headersDistinct)
  return Object.fromEntries(distinct.map(([name, values]) => [name, (values ?? []).join(', ')]))
}

function parseUrl(text: string): URL {
  // A URL's own error holds the whole text.
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url
  throw new UnsiloError('wrong-content', 'an address to ask is not one that begins with https:// or http://', {
    hint: 'Check `base` and the paths in config.toml, and what the server gives as the next page.',
  })
}

function cancelled(): UnsiloError {
  return new UnsiloError('cancelled', 'interrupted')
}
