import * as z from 'zod'
import { UnsiloError } from '../errors.ts'
import { parsedBy, secretReference } from '../system/schema.ts'

/** Addresses that are all that it takes to post there: who knows one is let in. */
const secretAddresses =
  /^https?:\/\/(?:hooks\.slack\.com|(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks|[\w.-]+\.(?:logic\.azure\.com|webhook\.office\.com|powerplatform\.com)|hc-ping\.com)(?:[:/]|$)|[?&](?:sig|token|key|apikey|access_token|secret)=/i

/** An address: as text where it is no secret, else where it is kept. */
export const address = z.union([z.string().transform(parsedBy(literalAddress)), secretReference])
export type Address = z.output<typeof address>

function literalAddress(text: string): string {
  if (secretAddresses.test(text)) {
    throw new UnsiloError('config', 'this address is a secret: who knows it can post there', {
      hint: 'Put it in a file that only you can read, and write { file = "~/.secrets/…" }, { env = "…" } or { command = "…" }.',
    })
  }
  parseAddress(text)
  return text
}

/** Refuses a literal address that would be sent unprotected. */
export function checkProtection(
  values: { insecure?: boolean | undefined },
  key: string,
  value: unknown,
  context: z.RefinementCtx,
): void {
  if (typeof value !== 'string' || !URL.canParse(value) || isProtected(new URL(value), values.insecure === true)) return
  const { message, hint } = unprotected()
  context.addIssue({ code: 'custom', path: [key], message, params: { hint } })
}

/**
 * The address to send to.
 *
 * @param isInsecure Plain http is allowed.
 * @throws UnsiloError `config`, never with a part of the address: it may be a secret
 */
export function addressOf(text: string, isInsecure: boolean): URL {
  const url = parseAddress(text.trim())
  if (!isProtected(url, isInsecure)) throw unprotected()
  return url
}

function parseAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UnsiloError('config', 'this is not an address that begins with https:// or http://', {
      hint: 'Copy it from the service once more.',
    })
  }
  if (url.username !== '' || url.password !== '') {
    throw new UnsiloError('config', 'this address holds a user name or a password', {
      hint: 'Leave them out of it, and use the keys that there are for them.',
    })
  }
  return url
}

function isProtected({ protocol, hostname }: URL, isInsecure: boolean): boolean {
  return protocol === 'https:' || isInsecure || isLoopback(hostname)
}

function unprotected(): UnsiloError {
  return new UnsiloError('config', 'this address begins with http://: anybody on the way could read what is sent', {
    hint: 'Write https://, or, in a network that you trust, `insecure = true`.',
  })
}

/** This machine: what goes there, nobody else can read. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(host)
}
