import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { cuttingProxy } from './cutting-proxy.ts'

/** Answers every byte with the same byte. */
async function echo(): Promise<number> {
  const server = createServer((socket) => void socket.on('error', () => undefined).pipe(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** Who writes while the connection is reset may be told of the pipe instead. */
const reset = expect.stringMatching(/^(?:ECONNRESET|EPIPE)$/) as unknown

/** Sends bytes, and tells how many came back and how that ended. */
function exchange(port: number, bytes: number): Promise<{ got: number; end: string }> {
  return new Promise((resolve) => {
    let [got, end] = [0, 'end']
    const socket = connect(port, '127.0.0.1', () => socket.end(Buffer.alloc(bytes)))
    socket.on('data', (chunk) => (got += chunk.length))
    socket.on('error', (error: NodeJS.ErrnoException) => (end = error.code ?? ''))
    socket.on('close', () => resolve({ got, end }))
  })
}

it('passes bytes on, both ways, and counts them', async () => {
  const proxy = await cuttingProxy(await echo())
  expect(await exchange(proxy.port, 5_000_000)).toEqual({ got: 5_000_000, end: 'end' })
  expect(proxy).toMatchObject({ bytesUp: 5_000_000, bytesDown: 5_000_000, connections: 1, cuts: 0 })
})

it('cuts one connection after so many bytes, and not the next', async () => {
  const proxy = await cuttingProxy(await echo())
  proxy.cutAfter(1_000_000)
  expect(await exchange(proxy.port, 5_000_000)).toMatchObject({ end: reset })
  expect(proxy).toMatchObject({ bytesUp: 1_000_000, cuts: 1 })
  proxy.cutAnswersAfter(300_000)
  expect(await exchange(proxy.port, 5_000_000)).toMatchObject({ end: reset })
  expect(proxy.cuts).toBe(2)
  expect(await exchange(proxy.port, 10)).toEqual({ got: 10, end: 'end' })
})

it('refuses connections until it is restored', async () => {
  const proxy = await cuttingProxy(await echo())
  proxy.refuse()
  expect(await exchange(proxy.port, 10)).toEqual({ got: 0, end: reset })
  proxy.restore()
  expect(await exchange(proxy.port, 10)).toEqual({ got: 10, end: 'end' })
})
