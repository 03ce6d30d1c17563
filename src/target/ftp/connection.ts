import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { Client, FTPError, type FileInfo } from 'basic-ftp'
import type { UnsiloError } from '../../errors.ts'
import type { PooledConnection } from './connection-pool.ts'
import { type FtpReply, connectionError, endedByServer, isRefusal } from './ftp-error.ts'

/** A connection that is logged in. Paths are absolute, so that it does not matter which folder it is in. */
export interface FtpConnection extends PooledConnection {
  /** What the server says it can do beyond RFC 959 (FEAT, RFC 2389): commands in capitals, each with what stands behind it. */
  readonly features: ReadonlyMap<string, string>
  /** Where the login led to. */
  readonly home: string
  /** Sends a command; a refusal is a reply as any other. @throws UnsiloError when no reply comes */
  ask(command: string): Promise<FtpReply>
  /** Writes a file, from byte `from` on; what is there before it stays. `source` is not read before the server is ready for it. */
  store(source: Readable, path: string, from: number): Promise<FtpReply>
  /** For a source of `store` that has no byte: waits until it may end. */
  beforeEmptyEnd(): Promise<void>
  /** Reads a file, from byte `from` on. A reply means that all has been written to `into`, unless it is a refusal. */
  retrieve(into: Writable, path: string, from: number): Promise<FtpReply>
  /** What is in the folder that the connection is in. */
  entries(): Promise<FileInfo[] | FtpReply>
}

/** How long a server may take to say why it has closed a data connection, or that it is still there, in ms. */
const shortMs = 5000

/** How long a ticket of TLS is waited for, in ms; some servers send none. */
const ticketMs = 1000

export function ftpConnection(
  client: Client,
  place: { host: string; silenceMs: number; features: ReadonlyMap<string, string>; home: string },
): FtpConnection {
  const { host, silenceMs, features, home } = place
  const failed = (error: unknown): UnsiloError => connectionError(error, host, silenceMs, true)
  const running = letRepliesExplain(client)

  let ticketBefore: Buffer | undefined

  /** @throws UnsiloError; the connection is of no more use then */
  const replyTo = async (asked: Promise<FtpReply>): Promise<FtpReply> => {
    try {
      return await asked
    } catch (error) {
      const reply = error instanceof FTPError ? { code: error.code, message: error.message } : undefined
      if (reply !== undefined && reply.code !== 421) return reply
      client.close()
      throw reply === undefined ? failed(error) : endedByServer(reply, host)
    }
  }

  /** The next reply, if it comes soon. */
  const lateReply = async (): Promise<FtpReply | undefined> => {
    const reply = client.ftp.handle(undefined, (answer, task) => task.resolve(answer)) as Promise<FtpReply | Error>
    client.ftp.socket.setTimeout(shortMs)
    const answer = await reply
    if (answer instanceof FTPError) return { code: answer.code, message: answer.message }
    return answer instanceof Error ? undefined : answer
  }

  const transfer = async (start: () => Promise<FtpReply>): Promise<FtpReply> => {
    running.transfer = Symbol('transfer')
    const transferred = start().catch(async (error: unknown) => {
      if (error instanceof FTPError || client.closed) throw error
      const reply = await lateReply()
      client.close()
      if (reply === undefined || !isRefusal(reply)) throw error
      return reply
    })
    return replyTo(transferred.finally(() => (running.transfer = undefined)))
  }

  return {
    features,
    home,
    get isOpen() {
      return !client.closed
    },
    async isAlive() {
      const asked = client.send('NOOP')
      client.ftp.socket.setTimeout(shortMs)
      return asked.then(
        () => true,
        () => false,
      )
    },
    close: () => client.close(),
    ask: (command) => replyTo(client.send(command)),
    store(source, path, from) {
      if (from > 0) restartAt(client, from)
      ticketBefore = client.ftp.tlsSessionStore
      return transfer(() => client.uploadFrom(source, path))
    },
    async beforeEmptyEnd() {
      const { dataSocket } = client.ftp
      if (dataSocket === undefined || !('encrypted' in dataSocket)) return
      // With TLS 1.3 the server sends tickets once the handshake is over. When a connection ends before, Node.js ends it without
      // saying so (close_notify), which servers take for a broken line; vsftpd 3.0.3 then ends all of the session.
      if (client.ftp.tlsSessionStore === ticketBefore) {
        await Promise.race([once(dataSocket, 'session'), setTimeout(ticketMs)])
      }
      await setImmediate()
    },
    retrieve: (into, path, from) => transfer(() => client.downloadTo(into, path, from)),
    async entries() {
      let found: FileInfo[] = []
      const reply = await transfer(async () => {
        found = await client.list()
        return { code: 226, message: '' }
      })
      return isRefusal(reply) ? reply : found
    },
  }
}

/** Marks the transfer that runs. */
interface Running {
  transfer: symbol | undefined
}

/**
 * A server that cannot go on, or refuses to begin, may close the data connection before it says why on the other one. basic-ftp
 * closes that one as soon as the first is lost; here it stays open for the reason, for a while.
 */
function letRepliesExplain(client: Client): Running {
  const running: Running = { transfer: undefined }
  const close = client.ftp.closeWithError.bind(client.ftp)
  client.ftp.closeWithError = (error) => {
    const { transfer } = running
    const isOfData = error.message.endsWith('(data socket)') && !error.message.startsWith('Timeout')
    if (transfer === undefined || !isOfData) close(error)
    else {
      const closeThen = (): void => {
        if (running.transfer === transfer) close(error)
      }
      globalThis.setTimeout(closeThen, shortMs).unref()
    }
  }
  return running
}

/** Has the next transfer begin at a byte. The command has to be the last one before that of the transfer (RFC 3659, section 5). */
function restartAt(client: Client, from: number): void {
  const prepare = client.prepareTransfer
  client.prepareTransfer = async (context) => {
    client.prepareTransfer = prepare
    const reply = await client.prepareTransfer(context)
    await context.request(`REST ${from}`)
    return reply
  }
}
