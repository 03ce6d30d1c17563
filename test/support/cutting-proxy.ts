import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

/** A line between clients and a server, on loopback, that a test cuts. */
export interface CuttingProxy {
  /** Where clients connect to, on 127.0.0.1. */
  readonly port: number
  /** Bytes that clients have sent so far, over all connections. */
  readonly bytesUp: number
  /** Bytes that the server has answered so far. */
  readonly bytesDown: number
  /** Connections that have been made so far. */
  readonly connections: number
  /** How many of them have been cut by `cutAfter` and `cutAnswersAfter`. */
  readonly cuts: number
  /** Once: the first connection over which clients send so many bytes from now on is reset. The others stay. */
  cutAfter(bytes: number): void
  /** The same for bytes of the server. */
  cutAnswersAfter(bytes: number): void
  /** Resets every connection, and each new one as soon as it is made. */
  refuse(): void
  /** Ends `refuse`, and forgets cuts that have not happened. */
  restore(): void
}

export interface ProxyOptions {
  /** Where the server listens: another address of loopback, such as 127.0.0.2, where ports have to be the same. */
  host?: string
  /**
   * Further ports that are passed on, by the same number: those that an FTP server opens for data. The server has to be at
   * another `host`, and a client has to take the control connection's address for data (EPSV does).
   */
  samePorts?: readonly number[]
}

type Direction = 'up' | 'down'

interface Line {
  client: Socket
  server: Socket
  /** Since the last time that a cut was set. */
  passed: Record<Direction, number>
}

/** What a server has been sent it is given this time to read, in ms: a reset throws away what waits in its buffers. */
const settleMs = 50

/** Passes bytes on to a port of this machine; it ends with the test. */
export async function cuttingProxy(serverPort: number, options: ProxyOptions = {}): Promise<CuttingProxy> {
  const { host = '127.0.0.1', samePorts = [] } = options
  const lines = new Set<Line>()
  const bytes: Record<Direction, number> = { up: 0, down: 0 }
  const cutAt: Record<Direction, number | undefined> = { up: undefined, down: undefined }
  let [connections, cuts, isRefusing] = [0, 0, false]

  const reset = (line: Line): void => {
    if (!lines.delete(line)) return
    line.client.resetAndDestroy()
    void delay(settleMs).then(() => line.server.resetAndDestroy())
  }

  const relay = (line: Line, direction: Direction): void => {
    const [from, to] = direction === 'up' ? [line.client, line.server] : [line.server, line.client]
    from.on('data', (chunk: Buffer) => {
      const limit = cutAt[direction]
      const room = limit === undefined ? chunk.length : Math.max(0, limit - line.passed[direction])
      const part = chunk.subarray(0, room)
      line.passed[direction] += part.length
      bytes[direction] += part.length
      if (!to.writableEnded && !to.write(part)) {
        from.pause()
        to.once('drain', () => from.resume())
      }
      if (limit === undefined || line.passed[direction] < limit) return
      cutAt[direction] = undefined
      cuts += 1
      reset(line)
    })
    from.on('end', () => to.end())
    // The other side sees the same end; which error it was, the test sees at its own client.
    from.on('error', () => reset(line))
    from.on('close', () => {
      lines.delete(line)
      to.end()
    })
  }

  const listenTo = async (port: number, listenPort: number): Promise<Server> => {
    const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      connections += 1
      if (isRefusing) {
        client.resetAndDestroy()
        return
      }
      const server = connect({ port, host, allowHalfOpen: true, noDelay: true })
      const line = { client, server, passed: { up: 0, down: 0 } }
      lines.add(line)
      relay(line, 'up')
      relay(line, 'down')
    })
    await new Promise<void>((resolve, fail) => {
      listener.once('error', fail)
      listener.listen(listenPort, '127.0.0.1', resolve)
    })
    return listener
  }

  const main = await listenTo(serverPort, 0)
  const listeners = [main]
  onTestFinished(() => {
    for (const { client, server } of lines) for (const socket of [client, server]) socket.destroy()
    for (const listener of listeners) listener.close()
  })
  for (const port of samePorts) listeners.push(await listenTo(port, port))
  const setCut = (direction: Direction, after: number): void => {
    cutAt[direction] = after
    for (const line of lines) line.passed[direction] = 0
  }
  return {
    port: (main.address() as AddressInfo).port,
    get bytesUp() {
      return bytes.up
    },
    get bytesDown() {
      return bytes.down
    },
    get connections() {
      return connections
    },
    get cuts() {
      return cuts
    },
    cutAfter: (after) => setCut('up', after),
    cutAnswersAfter: (after) => setCut('down', after),
    refuse() {
      isRefusing = true
      for (const line of lines) reset(line)
    },
    restore() {
      isRefusing = false
      cutAt.up = undefined
      cutAt.down = undefined
    },
  }
}
