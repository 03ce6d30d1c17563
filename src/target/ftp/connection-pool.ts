import { UnsiloError } from '../../errors.ts'
import { interrupted, throwIfAborted, untilAborted } from '../interrupt.ts'

/** A connection that does one thing at a time, and can do another one after that. */
export interface PooledConnection {
  /** False once it is known to be of no more use. */
  readonly isOpen: boolean
  /** Asks the other side, which may have closed it, or forgotten it, without a word. */
  isAlive(): Promise<boolean>
  close(): void
}

export interface ConnectionPool<Connection extends PooledConnection> {
  /** Waits for a connection; it has to be given back. */
  take(signal: AbortSignal): Promise<Connection>
  giveBack(connection: Connection): void
  /** Calls `action` with a connection. An interrupt closes the connection and throws at once. */
  use<Result>(signal: AbortSignal, action: (connection: Connection) => Promise<Result>): Promise<Result>
  /** Closes all connections, also those in use. */
  close(): void
}

/** How long a connection may rest before it is asked whether it is alive, in ms. */
const restMs = 1000

/** For how long no more connections are tried than a server has allowed, in ms. */
const fullMs = 60_000

/**
 * Keeps connections for further use: at most `most` of them, and fewer when the server refuses one more (`busy`) while
 * others are open.
 */
export function createConnectionPool<Connection extends PooledConnection>(
  most: number,
  open: (signal: AbortSignal) => Promise<Connection>,
): ConnectionPool<Connection> {
  const connections = new Set<Connection>()
  const idle: { connection: Connection; sinceMs: number }[] = []
  const waiting: (() => void)[] = []
  // Those that are being opened count, too.
  let count = 0
  let full = { connections: most, untilMs: 0 }
  let isClosed = false

  const drop = (connection: Connection): void => {
    connection.close()
    if (!connections.delete(connection)) return
    count -= 1
    waiting.shift()?.()
  }

  const turn = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const wake = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        waiting.splice(waiting.indexOf(wake), 1)
        reject(interrupted())
      }
      waiting.push(wake)
      signal.addEventListener('abort', leave, { once: true })
    })

  const take = async (signal: AbortSignal): Promise<Connection> => {
    for (;;) {
      throwIfAborted(signal)
      if (isClosed) throw new Error('the target is closed')
      const kept = idle.pop()
      if (kept !== undefined) {
        const { connection, sinceMs } = kept
        const isFresh = performance.now() - sinceMs < restMs
        if (connection.isOpen && (isFresh || (await connection.isAlive()))) return connection
        drop(connection)
      } else if (count < (performance.now() < full.untilMs ? full.connections : most)) {
        const connection = await openOneMore(signal)
        if (connection !== undefined) return connection
      } else await turn(signal)
    }
  }

  /** @returns `undefined` when the server allows no more than there are. */
  const openOneMore = async (signal: AbortSignal): Promise<Connection | undefined> => {
    count += 1
    try {
      const connection = await open(signal)
      connections.add(connection)
      if (!isClosed) return connection
      drop(connection)
      return undefined
    } catch (error) {
      count -= 1
      if (error instanceof UnsiloError && error.code === 'busy' && count > 0) {
        full = { connections: count, untilMs: performance.now() + fullMs }
        return undefined
      }
      waiting.shift()?.()
      throw error
    }
  }

  const giveBack = (connection: Connection): void => {
    if (!connection.isOpen || isClosed) return drop(connection)
    idle.push({ connection, sinceMs: performance.now() })
    waiting.shift()?.()
  }

  return {
    take,
    giveBack,
    async use(signal, action) {
      const connection = await take(signal)
      try {
        return await untilAborted(action(connection), signal, () => connection.close())
      } finally {
        giveBack(connection)
      }
    },
    close() {
      isClosed = true
      for (const connection of connections) drop(connection)
      for (const wake of waiting.splice(0)) wake()
    },
  }
}
