import type { OAuthOptions } from './auth-options.ts'
import type { Call, Route } from './call.ts'
import { json, type Reply } from './reply.ts'

/** The tokens of an OAuth 2.0 service (RFC 6749). They are counted, so that a test knows them: `access-1`, `refresh-1`. */
export interface OAuth {
  /** The one refresh token that is good; none when there never was one, or all are revoked. */
  readonly refreshToken: string | undefined
  /** Every access token, and every rotated refresh token, ever given out. */
  readonly issued: readonly string[]
  /** Takes an access token for one answer. */
  takes(accessToken: string): boolean
  /** No access token given out so far is good any more. */
  expireAll(): void
  answer(call: Call): Reply
}

/** Both answer the same. They need no authorization but the client's own. */
export const oauthRoutes: readonly Route[] = [
  { stream: 'oauth.token', pattern: 'POST /oauth/token', answer: answerToken },
  { stream: 'oauth.token', pattern: 'POST /api/v1/access_token', answer: answerToken },
]

function answerToken(call: Call): Reply {
  return call.oauth?.answer(call) ?? refuse('unsupported_grant_type')
}

export function createOAuth(options: OAuthOptions, now: () => Date): OAuth {
  const access = new Map<string, { left: number; until: number }>()
  const used = new Set<string>()
  const issued: string[] = []
  let refreshToken = options.refreshToken
  let accessCount = 0
  let refreshCount = 0
  const seconds = options.tokenSeconds ?? 3600

  const give = (refresh?: string): Reply => {
    const token = `access-${++accessCount}-${options.clientId}`
    access.set(token, { left: options.tokenRequests ?? Infinity, until: now().getTime() + seconds * 1000 })
    issued.push(token, ...(refresh === undefined ? [] : [refresh]))
    const says = options.saysSeconds === undefined ? seconds : options.saysSeconds
    return json({
      access_token: token,
      token_type: 'bearer',
      ...(says === null ? {} : { expires_in: says }),
      ...(refresh === undefined ? {} : { refresh_token: refresh }),
    })
  }
  const refresh = (sent: string | null): Reply => {
    if (sent === null || sent !== refreshToken) {
      if (sent !== null && used.has(sent) && options.revokesOnReuse === true) {
        access.clear()
        refreshToken = undefined
      }
      return refuse('invalid_grant')
    }
    if (options.rotates === false) return give()
    used.add(sent)
    refreshToken = `refresh-${++refreshCount}-${options.clientId}`
    return give(refreshToken)
  }

  return {
    get refreshToken() {
      return refreshToken
    },
    issued,
    takes(token) {
      const state = access.get(token)
      if (state === undefined || state.left <= 0 || now().getTime() >= state.until) return false
      state.left--
      return true
    },
    expireAll: () => access.clear(),
    answer(call) {
      const form = new URLSearchParams(call.body)
      if (!isClient(options, call, form)) return refuse('invalid_client', 401)
      switch (form.get('grant_type') ?? '') {
        case 'refresh_token':
          return refresh(form.get('refresh_token'))
        case 'client_credentials':
          return give()
        case 'password': {
          const isUser = form.get('username') === options.user && form.get('password') === options.password
          return isUser && options.user !== undefined ? give() : refuse('invalid_grant')
        }
        default:
          return refuse('unsupported_grant_type')
      }
    },
  }
}

/** The client's name and password, form-encoded in a Basic header or in the body (RFC 6749 section 2.3.1). */
function isClient({ clientId, clientSecret, clientAuth }: OAuthOptions, call: Call, form: URLSearchParams): boolean {
  const header = call.headers['authorization']
  const basic = `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64')}`
  const inHeader = clientAuth !== 'body' && header === basic
  const inBody =
    clientAuth !== 'basic' && form.get('client_id') === clientId && form.get('client_secret') === clientSecret
  return inHeader || inBody
}

function refuse(error: string, status = 400): Reply {
  return json({ error }, { 'cache-control': 'no-store' }, status)
}
