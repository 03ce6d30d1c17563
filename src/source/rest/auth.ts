import * as z from 'zod'
import { createRedactor, redacted } from '../../system/redact.ts'
import { apiKeyConfig, maskParameter, openApiKey, withoutParameter } from './auth/api-key.ts'
import { basicConfig, openBasic } from './auth/basic.ts'
import { bearerConfig, openBearer } from './auth/bearer.ts'
import { cookieConfig, openCookie } from './auth/cookie.ts'
import type { AuthRequest, AuthTools, Credential, CredentialTools } from './auth/credential.ts'
import { oauth2Config, openOAuth2 } from './auth/oauth2.ts'
import { redactError } from './redact-error.ts'

/** `auth` of a REST source. */
export const authConfig = z.discriminatedUnion('kind', [
  basicConfig,
  bearerConfig,
  apiKeyConfig,
  cookieConfig,
  oauth2Config,
])
export type AuthConfig = z.output<typeof authConfig>

/** Proves who we are, and knows what must not be shown of it. */
export interface Auth {
  /** Adds what proves it: a header, a parameter or cookies. @throws UnsiloError without a secret in it */
  authorize(request: AuthRequest): Promise<void>
  /**
   * After a refusal (401). Requests that are refused together renew once.
   *
   * @returns False when there is nothing to renew, or nothing new.
   * @throws UnsiloError without a secret in it
   */
  renew(): Promise<boolean>
  /** Counts renewals: a request that was refused under an earlier one need not renew. */
  readonly generation: number
  redact(text: string): string
  /** True when a secret is among these bytes. */
  leaked(bytes: Uint8Array): boolean
  /** Takes our own secret parameter out of an address that the server made of ours. */
  stripped(url: string): string
}

/** Opens an authorization; secrets are read when they are first needed. Without `config`, nobody is anybody. */
export function openAuth(config: AuthConfig | undefined, tools: AuthTools): Auth {
  const redactor = createRedactor([])
  const credential = config === undefined ? none : openCredential(config, { ...tools, redactor })
  const parameter = config?.kind === 'api-key' && config.in === 'query' ? config.name : undefined
  const redact = (text: string): string => {
    const masked = parameter === undefined ? text : maskParameter(text, parameter, redacted)
    return redactor.text(masked)
  }
  let generation = 0
  let renewing: Promise<boolean> | undefined
  const renewOnce = async (): Promise<boolean> => {
    try {
      const isNew = await credential.renew()
      if (isNew) generation += 1
      return isNew
    } finally {
      renewing = undefined
    }
  }
  return {
    authorize: (request) => redactingErrors(redact, credential.apply(request)),
    renew: () => redactingErrors(redact, (renewing ??= renewOnce())),
    get generation() {
      return generation
    },
    redact,
    leaked: (bytes) => redactor.isIn(bytes),
    stripped: (url) => (parameter === undefined ? url : withoutParameter(url, parameter)),
  }
}

function openCredential(config: AuthConfig, tools: CredentialTools): Credential {
  switch (config.kind) {
    case 'basic':
      return openBasic(config, tools)
    case 'bearer':
      return openBearer(config, tools)
    case 'api-key':
      return openApiKey(config, tools)
    case 'cookie':
      return openCookie(config, tools)
    case 'oauth2':
      return openOAuth2(config, tools)
  }
}

const none: Credential = {
  apply: async () => undefined,
  renew: async () => false,
}

async function redactingErrors<T>(redact: (text: string) => string, action: Promise<T>): Promise<T> {
  try {
    return await action
  } catch (error) {
    throw redactError(error, redact)
  }
}
