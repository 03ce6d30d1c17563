import { UnsiloError } from '../../../errors.ts'
import { sayStatus } from '../../../system/http.ts'
import { oneLine } from '../refusal.ts'
import { type CredentialTools, hide } from './credential.ts'

/** Longest silence of a token endpoint, in ms. */
const silenceMs = 60_000

/** More is no token. */
const longestAnswerBytes = 1024 * 1024

export interface TokenClient {
  tokenUrl: string
  id: string
  secret: string | undefined
  /** Where the client's own secret goes: in a header, or among the other fields. */
  auth: 'basic' | 'body'
}

export interface Token {
  access: string
  /** For the next time, where the server gives a new one. */
  refresh: string | undefined
  /** How long the access token is good, in s, if that is told. */
  expiresIn: number | undefined
}

/**
 * Asks a token endpoint (RFC 6749, 5). What comes is known to the redactor before it is returned.
 *
 * @throws UnsiloError `auth` when the endpoint refuses; `http`, `network` or `timeout`, which may pass
 */
export async function askForToken(
  client: TokenClient,
  fields: Readonly<Record<string, string | undefined>>,
  { http, signal, redactor }: CredentialTools,
): Promise<Token> {
  const form = new URLSearchParams()
  const headers: Record<string, string> = {
    Accept: 'application/json',
    'Content-Type': 'application/x-www-form-urlencoded',
  }
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.set(name, value)
  if (client.auth === 'body') {
    form.set('client_id', client.id)
    if (client.secret !== undefined) form.set('client_secret', client.secret)
  } else {
    // Both are form-encoded before they are joined (RFC 6749, 2.3.1).
    const pair = Buffer.from(`${formEncoded(client.id)}:${formEncoded(client.secret ?? '')}`).toString('base64')
    if (client.secret !== undefined) hide(redactor, pair)
    headers['Authorization'] = `Basic ${pair}`
  }
  const request = { method: 'POST', url: client.tokenUrl, headers, body: form.toString() }
  const response = await http.send(request, { signal, silenceMs })
  const text = await readText(response.body)
  const answer = parseAnswer(text)
  const { access_token: access, refresh_token: refresh, expires_in: expiresIn } = answer
  hide(redactor, ...[access, refresh].filter((token) => typeof token === 'string'))
  const { host } = new URL(client.tokenUrl)
  const isGood = response.status >= 200 && response.status < 300
  if (!isGood || typeof access !== 'string' || access === '')
    throw refused(host, response.status, answer, redactor.text)
  return {
    access,
    refresh: typeof refresh === 'string' && refresh !== '' ? refresh : undefined,
    // Some send it as text.
    expiresIn: Number(expiresIn) > 0 ? Number(expiresIn) : undefined,
  }
}

function refused(
  host: string,
  status: number,
  answer: Record<string, unknown>,
  redact: (text: string) => string,
): UnsiloError {
  const isTemporary = status >= 500 || status === 408 || status === 429
  if (isTemporary) {
    return new UnsiloError('http', `the token endpoint ${host} answers ${sayStatus(status)}`, {
      hint: 'The server has a problem, or is asked too often. Run again later.',
      retryable: true,
    })
  }
  // `error` and `error_description` (RFC 6749, 5.2).
  const said = [answer['error'], answer['error_description']].filter((part) => typeof part === 'string' && part !== '')
  const reason =
    said.length === 0 ? `it answers ${sayStatus(status)} without a token` : oneLine(said.join(': '), redact)
  return new UnsiloError('auth', `the token endpoint ${host} refuses: ${reason}`, {
    hint:
      answer['error'] === 'invalid_grant'
        ? 'What is kept as the refresh token or the password is no longer good: authorize the client anew, and keep the new one.'
        : 'Check token_url, client_id, client_secret and client_auth of source.auth.',
  })
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > longestAnswerBytes) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseAnswer(text: string): Record<string, unknown> {
  try {
    const answer: unknown = JSON.parse(text)
    return typeof answer === 'object' && answer !== null ? { ...answer } : {}
  } catch {
    // A page for people, or nothing: the status says what is left to say.
    return {}
  }
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}
