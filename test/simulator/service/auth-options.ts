/** What a service asks for, with the secrets that it takes as right. Nothing at all is 401, something wrong is `wrongStatus`. */
export type AuthOptions = (
  | { kind: 'none' }
  | { kind: 'basic'; user: string; password: string }
  | { kind: 'bearer'; token: string }
  | { kind: 'api-key'; name: string; value: string; in: 'header' | 'query' }
  | { kind: 'cookie'; name: string; value: string }
  | OAuthOptions
) & { wrongStatus?: 401 | 403 }

/** An access token is needed, got from `POST /oauth/token` (or `/api/v1/access_token`, where Reddit has it). */
export interface OAuthOptions {
  kind: 'oauth2'
  clientId: string
  clientSecret: string
  /** How the client says who it is; both ways are right unless told. */
  clientAuth?: 'basic' | 'body'
  /** The first refresh token; without one there is no grant `refresh_token`. */
  refreshToken?: string
  /** Each use of a refresh token gives a new one, and the old one is refused from then on. True unless told. */
  rotates?: boolean
  /** A refresh token that comes a second time makes all tokens worthless, as RFC 9700 section 4.14.2 advises. */
  revokesOnReuse?: boolean
  /** For the grant `password`. */
  user?: string
  password?: string
  /** Answers that an access token is good for; without end unless told. */
  tokenRequests?: number
  /** Seconds on the service's clock that an access token is good for; 3600 unless told. */
  tokenSeconds?: number
  /** What `expires_in` says instead of the truth; null leaves it out. */
  saysSeconds?: number | null
}

/** What each of the imitated services asks for; the names are the first part of a stream's name. */
export const usualAuth: Readonly<Record<string, AuthOptions>> = {
  github: { kind: 'bearer', token: 'github-token-7c1d0f3e' },
  reddit: {
    kind: 'oauth2',
    clientId: 'reddit-client',
    clientSecret: 'reddit-secret-52ab91',
    refreshToken: 'reddit-refresh-0',
    clientAuth: 'basic',
    rotates: false,
  },
  hypothesis: { kind: 'bearer', token: 'hypothesis-token-93fe' },
  todoist: { kind: 'bearer', token: 'todoist-token-b0a4' },
  pinboard: { kind: 'api-key', name: 'auth_token', value: 'me:PINBOARD4D1E', in: 'query' },
  lastfm: { kind: 'api-key', name: 'api_key', value: 'lastfmkey2b4c', in: 'query', wrongStatus: 403 },
  mastodon: { kind: 'bearer', token: 'mastodon-token-4f17' },
  raindrop: { kind: 'bearer', token: 'raindrop-token-88d2' },
  study: { kind: 'basic', user: 'exporter', password: 'study-password-61c' },
}
