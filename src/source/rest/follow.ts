import { UnsiloError } from '../../errors.ts'
import type { Http, HttpRequest, HttpResponse } from '../../system/http.ts'
import type { Auth } from './auth.ts'
import { letGo } from './peek.ts'
import { isRedirect, redirected } from './redirect.ts'

interface FollowOptions {
  http: Http
  auth: Auth
  signal: AbortSignal
  isOwn(url: string): boolean
  silenceMs: number
  /** Called with the headers of each answer of the source's own hosts. */
  heard(headers: Readonly<Record<string, string>>): void
}

interface Followed {
  response: HttpResponse
  /** Where it came from in the end, without the authorization. */
  url: string
  /** Of the authorization that it was asked with; `undefined` when it was asked without. */
  generation: number | undefined
}

const mostRedirects = 5

/** Sends requests, with the authorization to the source's own hosts, and follows redirects where `mayFollow` says so. */
export function createFollower({
  http,
  auth,
  signal,
  isOwn,
  silenceMs,
  heard,
}: FollowOptions): (request: HttpRequest, mayFollow: (status: number) => boolean) => Promise<Followed> {
  return async (request, mayFollow) => {
    let next = request
    // Once elsewhere, always elsewhere: another host does not say what is asked of ours in our name.
    let isTrusted = true
    for (let hops = 0; ; hops++) {
      isTrusted &&= isOwn(next.url)
      const outgoing = { ...next, headers: { ...next.headers } }
      if (isTrusted) await auth.authorize(outgoing)
      const generation = isTrusted ? auth.generation : undefined
      const response = await http.send(outgoing, { signal, silenceMs })
      if (isTrusted) heard(response.headers)
      if (!isRedirect(response) || !mayFollow(response.status)) return { response, url: next.url, generation }
      await letGo(response.body)
      if (hops === mostRedirects) {
        throw new UnsiloError('http', `${new URL(next.url).host} redirects more than ${mostRedirects} times`, {
          hint: 'Open the address in a browser to see where it leads.',
        })
      }
      next = redirected(next, response, isOwn, auth)
    }
  }
}
