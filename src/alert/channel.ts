import type { UnsiloError } from '../errors.ts'
import type { Files } from '../system/files.ts'
import type { Http } from '../system/http.ts'
import type { SecretReference } from '../system/schema.ts'
import type { Message, Origin } from './message.ts'

/** What came back of a message that was delivered. */
export interface Receipt {
  /** In the words of the other side: `HTTP 200 OK`. */
  said: string
  /** What went wrong all the same: one of several people was not reached. */
  complaint?: string
}

/** A way to tell a person. */
export interface Channel {
  /** @throws UnsiloError when it was not delivered, `retryable` when it may be with the next try */
  send(message: Message, signal: AbortSignal): Promise<Receipt>
}

/** What a channel needs of the outside. */
export interface ChannelSurroundings extends Origin {
  files: Files
  http: Http
  /** @param key The key of the configuration that refers to it, for messages. */
  readSecret(key: string, reference: SecretReference): Promise<string>
  /** How long one try may take, in ms. */
  timeoutMs: number
}

/** How sending one message ended. */
export type Delivery = ({ ok: true } & Receipt) | { ok: false; error: UnsiloError }
