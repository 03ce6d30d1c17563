import type { AccountOptions } from '../account.ts'
import { type AuthOptions, usualAuth } from './auth-options.ts'
import type { ServiceOptions } from './service-options.ts'

/** A service's options as JSON, for one that runs as a process of its own. */
export interface ServeOptions extends Omit<ServiceOptions, 'account' | 'at' | 'clock' | 'auth'> {
  account?: Partial<Omit<AccountOptions, 'start'>> & { start?: string }
  /** The time at which the service stands still. Without it, its clock is the machine's. */
  at?: string
  /** `usual` for what each of the imitated services asks for. */
  auth?: AuthOptions | Readonly<Record<string, AuthOptions>> | 'usual'
  /** Ends by itself after so long, so that none is left behind; 600 unless told. */
  lastsSeconds?: number
}

export function readServeOptions(text: string): ServiceOptions & { lastsSeconds: number } {
  const { account, at, auth, lastsSeconds = 600, ...others } = JSON.parse(text) as ServeOptions
  const { start, ...rates } = account ?? {}
  return {
    ...others,
    lastsSeconds,
    account: { ...rates, ...(start === undefined ? {} : { start: new Date(start) }) },
    ...(at === undefined ? { clock: () => new Date() } : { at: new Date(at) }),
    ...(auth === undefined ? {} : { auth: auth === 'usual' ? usualAuth : auth }),
  }
}
