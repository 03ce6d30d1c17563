import type { AuthOptions } from './auth-options.ts'
import type { Call } from './call.ts'
import { problem, type Reply } from './reply.ts'

/** Refuses a request without the right authorization: 401, with a challenge, or 403. */
export function refusalOf(auth: AuthOptions, call: Call): Reply | undefined {
  if (auth.kind === 'none') return undefined
  const shown = shownBy(auth, call)
  if (shown === undefined) return problem(401, 'Requires authentication', challengeOf(auth))
  if (isRight(auth, shown, call)) return undefined
  const status = auth.wrongStatus ?? 401
  return problem(status, 'Bad credentials', status === 401 ? challengeOf(auth) : {})
}

/** What the request shows, where the kind of authorization looks for it. */
function shownBy(auth: AuthOptions, { headers, query }: Call): string | undefined {
  const authorization = headers['authorization']
  switch (auth.kind) {
    case 'none':
      return undefined
    case 'basic':
      return authorization?.startsWith('Basic ') === true ? authorization.slice(6) : undefined
    case 'bearer':
    case 'oauth2':
      return /^bearer /i.test(authorization ?? '') ? authorization!.slice(7) : undefined
    case 'api-key':
      return auth.in === 'header' ? headers[auth.name.toLowerCase()] : (query.get(auth.name) ?? undefined)
    case 'cookie':
      return cookies(headers['cookie']).get(auth.name)
  }
}

function isRight(auth: AuthOptions, shown: string, call: Call): boolean {
  switch (auth.kind) {
    case 'none':
      return true
    case 'basic':
      return Buffer.from(shown, 'base64').toString() === `${auth.user}:${auth.password}`
    case 'bearer':
      return shown === auth.token
    case 'oauth2':
      return call.oauth?.takes(shown) === true
    case 'api-key':
    case 'cookie':
      return shown === auth.value
  }
}

function cookies(header: string | undefined): Map<string, string> {
  const pairs = (header ?? '').split(/;\s*/).map((pair) => {
    const [name = '', ...value] = pair.split('=')
    return [name, value.join('=')] as const
  })
  return new Map(pairs)
}

function challengeOf(auth: AuthOptions): Record<string, string> {
  if (auth.kind === 'basic') return { 'www-authenticate': 'Basic realm="simulated"' }
  if (auth.kind === 'bearer' || auth.kind === 'oauth2') return { 'www-authenticate': 'Bearer realm="simulated"' }
  return {}
}
