import { describe, expect, it } from 'vitest'
import { UnsiloError } from '../../errors.ts'
import { type ConnectionPool, type PooledConnection, createConnectionPool } from './connection-pool.ts'

const never = new AbortController().signal

interface Counted extends PooledConnection {
  isOpen: boolean
}

function counted(): Counted {
  return {
    isOpen: true,
    isAlive: async () => true,
    close() {
      this.isOpen = false
    },
  }
}

/** A pool of a server that allows so many connections. */
function poolOf(most: number, allowed = most): { pool: ConnectionPool<Counted>; made: Counted[] } {
  const made: Counted[] = []
  const pool = createConnectionPool(most, async () => {
    await Promise.resolve()
    if (made.filter(({ isOpen }) => isOpen).length >= allowed) throw new UnsiloError('busy', 'too many')
    const connection = counted()
    made.push(connection)
    return connection
  })
  return { pool, made }
}

describe('a pool of connections', () => {
  it('uses one again, and opens another one only while it is in use', async () => {
    const { pool, made } = poolOf(2)
    for (let times = 0; times < 3; times++) await pool.use(never, async () => undefined)
    expect(made).toHaveLength(1)
    await Promise.all(Array.from({ length: 9 }, () => pool.use(never, async () => undefined)))
    expect(made).toHaveLength(2)
  })

  it('does with fewer when the server allows fewer', async () => {
    const { pool, made } = poolOf(8, 3)
    const ends = await Promise.all(Array.from({ length: 20 }, (_, index) => pool.use(never, async () => index)))
    expect(ends).toHaveLength(20)
    expect(made.length).toBeLessThanOrEqual(3)
  })

  it('fails when the server allows none', async () => {
    const { pool } = poolOf(4, 0)
    const ends = await Promise.allSettled(Array.from({ length: 6 }, () => pool.use(never, async () => undefined)))
    for (const end of ends) expect(end).toMatchObject({ status: 'rejected', reason: { code: 'busy' } })
  })

  it('does not use one again that was closed', async () => {
    const { pool, made } = poolOf(1)
    const broken = pool.use(never, async (connection) => {
      connection.close()
      throw new Error('broken')
    })
    await expect(broken).rejects.toThrow('broken')
    await pool.use(never, async (connection) => expect(connection.isOpen).toBe(true))
    expect(made).toHaveLength(2)
  })

  it('does not wait any longer than until an interrupt, and closes what was in use', async () => {
    const { pool, made } = poolOf(1)
    const [first, second] = [new AbortController(), new AbortController()]
    const working = pool.use(first.signal, () => new Promise(() => undefined))
    const waiting = pool.use(second.signal, async () => undefined)
    second.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    first.abort()
    await expect(working).rejects.toMatchObject({ code: 'cancelled' })
    expect(made.map(({ isOpen }) => isOpen)).toEqual([false])
    expect(await pool.use(never, async () => 'goes on')).toBe('goes on')
  })

  it('closes all, and opens no more', async () => {
    const { pool, made } = poolOf(2)
    await pool.use(never, async () => undefined)
    const taken = await pool.take(never)
    pool.close()
    expect(made.every(({ isOpen }) => !isOpen)).toBe(true)
    pool.giveBack(taken)
    await expect(pool.take(never)).rejects.toThrow('the target is closed')
  })
})
