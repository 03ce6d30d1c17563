import type { Clock } from '../../../system/clock.ts'
import type { Files } from '../../../system/files.ts'
import type { Http } from '../../../system/http.ts'
import type { Redactor } from '../../../system/redact.ts'
import type { SecretReference } from '../../../system/schema.ts'

/** The part of a request that an authorization may change. */
export interface AuthRequest {
  url: string
  headers: Record<string, string>
}

/** One way to prove who we are. */
export interface Credential {
  /** @throws UnsiloError `config` or `auth`; `network` and the like when a token had to be asked for */
  apply(request: AuthRequest): Promise<void>
  /** After a refusal: false when what there is now is what was refused. */
  renew(): Promise<boolean>
}

/** What a credential needs of the outside. */
export interface AuthTools {
  /** Relative paths start here. */
  folder: string
  /** @param name The key of the configuration, for messages. @throws UnsiloError `config` */
  readSecret(name: string, reference: SecretReference): Promise<string>
  http: Http
  files: Files
  clock: Clock
  signal: AbortSignal
}

/** What a kind of credential is opened with. Every secret goes to the redactor before it is used. */
export interface CredentialTools extends AuthTools {
  redactor: Redactor
}

/** Sets a header, whatever the case in which it may stand there already. */
export function setHeader(headers: Record<string, string>, name: string, value: string): void {
  for (const other of Object.keys(headers)) if (other.toLowerCase() === name.toLowerCase()) delete headers[other]
  headers[name] = value
}

/** What a credential holds; read when it is first needed, and again after a refusal: a file or a command may have a new one. */
export function openHeld(read: () => Promise<string>, apply: (request: AuthRequest, held: string) => void): Credential {
  let held: Promise<string> | undefined
  const readAgain = (): Promise<string> => {
    held = read()
    held.catch(() => (held = undefined))
    return held
  }
  return {
    async apply(request) {
      apply(request, await (held ?? readAgain()))
    },
    async renew() {
      const before = await held
      return (await readAgain()) !== before
    },
  }
}

/** Several secrets, or several lines of one, can turn up alone. */
export function hide(redactor: Redactor, ...secrets: readonly string[]): void {
  redactor.add(...secrets, ...secrets.flatMap((secret) => secret.split('\n').filter((line) => line.length > 8)))
}
