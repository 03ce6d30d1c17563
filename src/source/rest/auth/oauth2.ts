import * as z from 'zod'
import { secretReference } from '../../../system/schema.ts'
import { type Credential, type CredentialTools, hide, setHeader } from './credential.ts'
import { openRefreshFile } from './refresh-file.ts'
import { type Token, type TokenClient, askForToken } from './token-endpoint.ts'

export const oauth2Config = z
  .strictObject({
    kind: z.literal('oauth2').describe('A token that a token endpoint gives for a short time (OAuth 2.0).'),
    token_url: z
      .url({ protocol: /^https?$/, error: 'must be an address that begins with https:// or http://' })
      .describe('Address of the token endpoint.'),
    client_id: z.string().min(1).describe('The id that the server gave to your client.'),
    client_secret: secretReference.optional().describe("Where the client's secret is kept, if it has one."),
    client_auth: z
      .enum(['basic', 'body'])
      .default('basic')
      .describe("How the client's id and secret are sent to the token endpoint."),
    scope: z.string().optional().describe('What the token is to allow, as the server names it.'),
    grant: z
      .enum(['refresh_token', 'client_credentials', 'password'])
      .default('refresh_token')
      .describe('What the token is given for.'),
    refresh_token: z
      .strictObject({ file: z.string().min(1).describe('A file that holds it; `~` is your home.') })
      .optional()
      .describe('The file with the refresh token. A new one that the server gives is written there.'),
    user: z.string().min(1).optional().describe('The user, for the grant "password".'),
    password: secretReference.optional().describe('Where the password is kept, for the grant "password".'),
  })
  .superRefine((config, context) => {
    for (const key of neededKeys[config.grant]) {
      if (config[key] !== undefined) continue
      context.addIssue({ code: 'custom', path: [key], message: `is needed for the grant "${config.grant}"` })
    }
  })
type OAuth2Config = z.output<typeof oauth2Config>

const neededKeys = {
  refresh_token: ['refresh_token'],
  client_credentials: ['client_secret'],
  password: ['user', 'password'],
} as const satisfies Record<string, readonly (keyof OAuth2Config)[]>

/** A token is renewed when only so much of its life is left: the clocks differ, and a request takes its time. */
const spareMs = 60_000
const spareShare = 0.1

export function openOAuth2(config: OAuth2Config, tools: CredentialTools): Credential {
  const { clock } = tools
  const ask = tokenSource(config, tools)
  let current: { access: string; renewAtMs: number } | undefined
  let asking: Promise<string> | undefined

  /** Whoever needs a token while one is asked for waits for the same. */
  const askOnce = (): Promise<string> => {
    asking ??= (async () => {
      const askedAtMs = clock.now().getTime()
      const { access, expiresIn = Infinity } = await ask()
      const lifeMs = expiresIn * 1000
      current = { access, renewAtMs: askedAtMs + lifeMs - Math.min(spareMs, lifeMs * spareShare) }
      return access
    })().finally(() => (asking = undefined))
    return asking
  }
  return {
    async apply({ headers }) {
      const isGood = asking === undefined && current !== undefined && clock.now().getTime() < current.renewAtMs
      setHeader(headers, 'Authorization', `Bearer ${isGood ? current!.access : await askOnce()}`)
    },
    async renew() {
      await askOnce()
      return true
    },
  }
}

function tokenSource(config: OAuth2Config, tools: CredentialTools): () => Promise<Token> {
  const secretOf = async (key: 'client_secret' | 'password'): Promise<string | undefined> => {
    const reference = config[key]
    if (reference === undefined) return undefined
    const secret = await tools.readSecret(`source.auth.${key}`, reference)
    hide(tools.redactor, secret)
    return secret
  }
  const clientOf = async (): Promise<TokenClient> => ({
    tokenUrl: config.token_url,
    id: config.client_id,
    secret: await secretOf('client_secret'),
    auth: config.client_auth,
  })
  const { grant, scope } = config
  if (grant === 'refresh_token') {
    const file = openRefreshFile(config.refresh_token!, tools)
    // An interrupt must not come between the server's new token and the file.
    const whole = { ...tools, signal: new AbortController().signal }
    return async () => {
      const client = await clientOf()
      return file.exchange((refresh) =>
        askForToken(client, { grant_type: grant, refresh_token: refresh, scope }, whole),
      )
    }
  }
  return async () => {
    const user = grant === 'password' ? { username: config.user, password: await secretOf('password') } : {}
    return askForToken(await clientOf(), { grant_type: grant, ...user, scope }, tools)
  }
}
