import { expectUnsiloError } from '../../errors.ts'
import type { Connection } from './connection.ts'

/** Connections that are opened when they are needed, and stay open for what comes next. */
export interface Connections {
  /** Works with the one that has least to do. */
  use<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  /** The same for work that goes on after it: until `done` is called. */
  take(): Promise<{ connection: Connection; done: () => void }>
  close(): void
}

export function openConnections(limit: number, open: () => Promise<Connection>): Connections {
  const live = new Set<Connection>()
  let opening: Promise<Connection>[] = []
  let most = limit
  let isClosed = false

  const add = (): Promise<Connection> => {
    const adding = open().then(
      (connection) => {
        if (isClosed) connection.close()
        live.add(connection)
        return connection
      },
      (error: unknown) => {
        // Some servers take few connections of one user; those that are open are enough.
        if (live.size > 0) most = live.size
        throw expectUnsiloError(error)
      },
    )
    const isOther = (one: Promise<Connection>): boolean => one !== adding
    opening.push(adding)
    adding.then(
      () => (opening = opening.filter(isOther)),
      () => (opening = opening.filter(isOther)),
    )
    return adding
  }

  const idlest = (): Connection | undefined => {
    for (const connection of live) if (connection.isLost) live.delete(connection)
    return [...live].sort((a, b) => a.running - b.running)[0]
  }

  /** Counts the call at once: those that come in the same moment are to see it. */
  const claim = (connection: Connection): Connection => {
    connection.running += 1
    return connection
  }

  const choose = async (): Promise<Connection> => {
    const idle = idlest()
    if (idle === undefined && opening.length > 0) {
      // Whether one comes in at all shows with the first: many refused ones at a time look like an attack.
      await Promise.race(opening)
      return choose()
    }
    if (idle === undefined) most = limit
    if (idle !== undefined && (idle.running === 0 || live.size + opening.length >= most)) return claim(idle)
    try {
      return claim(await add())
    } catch (error) {
      const other = idlest()
      if (other === undefined) throw error
      return claim(other)
    }
  }

  const take = async (): Promise<{ connection: Connection; done: () => void }> => {
    const connection = await choose()
    return { connection, done: () => void (connection.running -= 1) }
  }

  return {
    take,
    async use(work) {
      const { connection, done } = await take()
      try {
        return await work(connection)
      } finally {
        done()
      }
    },
    close() {
      isClosed = true
      for (const connection of live) connection.close()
      live.clear()
    },
  }
}
