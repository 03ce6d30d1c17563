import { describe, expect, it } from 'vitest'
import { UnsiloError } from '../../errors.ts'
import type { Connection } from './connection.ts'
import { openConnections } from './connections.ts'

/** Connections without a server: what is looked at is which one is taken, and when one is opened. */
function opener(mayOpen: (count: number) => boolean = () => true) {
  const opened: (Connection & { isLost: boolean; isClosed: boolean })[] = []
  let tries = 0
  return {
    opened,
    get tries() {
      return tries
    },
    async open(): Promise<Connection> {
      tries += 1
      await Promise.resolve()
      if (!mayOpen(opened.length)) throw new UnsiloError('network', 'too many connections')
      const connection = {
        requests: {} as Connection['requests'],
        isLost: false,
        isClosed: false,
        running: 0,
        close: () => void (connection.isClosed = true),
      }
      opened.push(connection)
      return connection
    },
  }
}

describe('connections', () => {
  it('are opened one by one until there are enough, and shared by those who have least to do', async () => {
    const server = opener()
    const pool = openConnections(3, server.open)
    const taken = await Promise.all(Array.from({ length: 9 }, () => pool.take()))
    expect(server.tries).toBe(3)
    expect(server.opened.reduce((sum, { running }) => sum + running, 0)).toBe(9)
    for (const { done } of taken) done()
    await Promise.all(Array.from({ length: 3 }, () => pool.take()))
    expect(server.opened.map(({ running }) => running)).toEqual([1, 1, 1])
  })

  it('are one for those who come one after the other', async () => {
    const server = opener()
    const pool = openConnections(3, server.open)
    for (let times = 0; times < 5; times++) await pool.use(async () => undefined)
    expect(server.tries).toBe(1)
  })

  it('are tried once for all who wait, when the server does not let us in', async () => {
    const server = opener(() => false)
    const pool = openConnections(4, server.open)
    const ends = await Promise.allSettled(Array.from({ length: 16 }, () => pool.take()))
    expect([server.tries, ends.every(({ status }) => status === 'rejected')]).toEqual([1, true])
  })

  it('are as many as the server takes', async () => {
    const server = opener((count) => count < 2)
    const pool = openConnections(8, server.open)
    await Promise.all(Array.from({ length: 16 }, () => pool.take()))
    const { tries } = server
    await Promise.all(Array.from({ length: 16 }, () => pool.take()))
    expect([server.opened.length, server.tries]).toEqual([2, tries])
  })

  it('are left when they are lost, and closed at the end', async () => {
    const server = opener()
    const pool = openConnections(1, server.open)
    await pool.use(async () => undefined)
    server.opened[0]!.isLost = true
    await pool.use(async (connection) => expect(connection).toBe(server.opened[1]))
    pool.close()
    expect(server.opened[1]!.isClosed).toBe(true)
  })
})
