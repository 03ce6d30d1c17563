import { UnsiloError } from '../../errors.ts'
import type { HttpRequest, HttpResponse } from '../../system/http.ts'
import type { Auth } from './auth.ts'

/** Says which addresses are the source's own: its base, and other hosts that the configuration lists. */
export function ownAddresses(base: string, hosts: readonly string[]): (url: string) => boolean {
  const own = new URL(base)
  const listed = new Set(hosts.map((host) => host.toLowerCase()))
  return (url) => {
    if (!URL.canParse(url)) return false
    const { origin, protocol, host, hostname } = new URL(url)
    // A listed host gets the authorization, so never less safely than the base does.
    const isSafe = protocol === 'https:' || protocol === own.protocol
    return origin === own.origin || (isSafe && /^https?:$/.test(protocol) && (listed.has(host) || listed.has(hostname)))
  }
}

const redirects = new Set([301, 302, 303, 307, 308])

export function isRedirect({ status, headers }: Pick<HttpResponse, 'status' | 'headers'>): boolean {
  return redirects.has(status) && headers['location'] !== undefined
}

/** What a foreign host may know of a request. */
const plainHeaders = new Set(['accept', 'accept-encoding', 'accept-language', 'user-agent'])

/**
 * The request that a redirect asks for: 307 and 308 keep the method, after the others it is GET (RFC 9110, 15.4).
 * To another host goes neither what proves who we are nor any other header of ours.
 *
 * @param request As it was before the authorization was added.
 * @throws UnsiloError `http` for a redirect that cannot be followed
 */
export function redirected(
  request: HttpRequest,
  { status, headers }: Pick<HttpResponse, 'status' | 'headers'>,
  isOwn: (url: string) => boolean,
  auth: Pick<Auth, 'stripped' | 'redact'>,
): HttpRequest {
  const location = headers['location'] ?? ''
  if (!URL.canParse(location, request.url)) throw unfollowed(request, 'redirects to what is no address')
  const url = auth.stripped(new URL(location, request.url).href)
  const isKept = status === 307 || status === 308 || request.method === 'GET' || request.method === 'HEAD'
  // As GET, it would seem to have been done without anything having happened.
  if (!isKept && request.method !== 'POST') throw unfollowed(request, `redirects ${request.method} to another address`)
  const next: HttpRequest = isKept ? { ...request, url } : { ...bodyless(request), method: 'GET', url }
  if (isOwn(url)) return next
  if (next.method !== 'GET' && next.method !== 'HEAD')
    throw unfollowed(request, `redirects ${next.method} to another host`)
  if (auth.redact(url) !== url) throw unfollowed(request, 'redirects to another host, with a secret in the address')
  const plain = Object.entries(request.headers).filter(([name]) => plainHeaders.has(name.toLowerCase()))
  return { ...next, headers: Object.fromEntries(plain) }
}

function bodyless({ method, url, headers }: HttpRequest): HttpRequest {
  const kept = Object.entries(headers).filter(([name]) => !/^content-/i.test(name))
  return { method, url, headers: Object.fromEntries(kept) }
}

function unfollowed({ url }: HttpRequest, what: string): UnsiloError {
  return new UnsiloError('http', `${new URL(url).host} ${what}`, {
    hint: 'If the server has moved, write its new address to `base` or `path` in config.toml.',
  })
}
