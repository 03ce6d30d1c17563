import type { AccountOptions } from '../account.ts'
import type { AuthOptions } from './auth-options.ts'
import type { FaultRule } from './fault.ts'
import type { RateOptions } from './rate.ts'
import type { StudyOptions } from './study-account.ts'

export interface ServiceOptions {
  /** Seed 1 from 2024-01-01 on, unless told. */
  account?: Partial<AccountOptions>
  /** Where the account's life has come to when the service starts; two months after its beginning unless told. */
  at?: Date
  /** The service's time, followed at each request. Without it time stands still, except for `advanceTo` and what a test does. */
  clock?: () => Date
  /** The service's clock is ahead of the truth by so much: in the Date header and in all stamps. */
  clockOffSeconds?: number
  /** For all APIs, or for each by the first part of its streams' names; `usualAuth` has what the real ones ask for. None unless told. */
  auth?: AuthOptions | Readonly<Record<string, AuthOptions>>
  /** 5,000 in an hour, unless told. */
  rate?: RateOptions
  study?: StudyOptions
  faults?: readonly FaultRule[]
  /** A free one unless told. */
  port?: number
}

/** The authorization that an API asks for. */
export function authOf(options: ServiceOptions, api: string): AuthOptions {
  const { auth } = options
  if (auth === undefined) return { kind: 'none' }
  if (isOne(auth)) return auth
  return auth[api] ?? { kind: 'none' }
}

/** The first of the authorizations that is OAuth's. */
export function oauthOf({ auth }: ServiceOptions): (AuthOptions & { kind: 'oauth2' }) | undefined {
  const all = auth === undefined ? [] : isOne(auth) ? [auth] : Object.values(auth)
  return all.find((one) => one.kind === 'oauth2')
}

function isOne(auth: AuthOptions | Readonly<Record<string, AuthOptions>>): auth is AuthOptions {
  return typeof auth['kind' as keyof typeof auth] === 'string'
}
