import { type AddressInfo, connect, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

/** Stands between clients and an FTP server: notes commands, and answers some of them in the place of the server. */
export interface FtpFilter {
  host: string
  port: number
  /** All that clients have asked so far, in order; passwords too. */
  readonly commands: string[]
  /** Is asked of each command: a reply to give without the server, or `undefined`. `drop` ends the connection. */
  answer: (command: string) => string | undefined
}

export const drop = 'drop'

/** Only of control connections, and without TLS. Those for data go to the server, which has to be at `host`. It ends with the test. */
export async function ftpFilter({ host, port }: { host: string; port: number }): Promise<FtpFilter> {
  const listener = createServer((client) => {
    const server = connect({ host, port })
    server.pipe(client)
    const lines = createInterface({ input: client })
    lines.on('error', () => undefined)
    lines.on('line', (command) => {
      filter.commands.push(command)
      const reply = filter.answer(command)
      if (reply === drop) client.resetAndDestroy()
      else if (reply === undefined) server.write(`${command}\r\n`)
      else client.write(`${reply}\r\n`)
    })
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  // The address of the server, so that data connections find it.
  await new Promise<void>((resolve) => listener.listen(0, host, resolve))
  onTestFinished(() => void listener.close())
  const filter: FtpFilter = {
    host,
    port: (listener.address() as AddressInfo).port,
    commands: [],
    answer: () => undefined,
  }
  return filter
}
