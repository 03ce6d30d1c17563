import { type Server, createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo } from 'node:net'

/** A web server of this process, for this machine only. */
export interface LoopbackServer {
  /** `http://127.0.0.1:PORT` */
  url: string
  close(): void
}

/** Answers every request in the same way. */
export async function answerLocally(status: number, body: string): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body)
    })
  })
  const port = await portOf(server)
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** A port of this machine at which nobody answers. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer()
  const port = await portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function portOf(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
