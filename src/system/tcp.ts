import { type Socket, connect } from 'node:net'
import { UnsiloError } from '../errors.ts'
import { sayDuration } from './duration.ts'
import { networkError } from './http-error.ts'

/** For those outside of `system/` that use a connection and open none. */
export type TcpConnection = Socket

/** Opens a connection that sends small pieces at once. @throws UnsiloError `network` or `timeout` */
export function connectTcp(host: string, port: number, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    const fail = (error: UnsiloError): void => {
      socket.destroy()
      reject(error)
    }
    const place = `${host}, port ${port}`
    const onError = (error: Error): void => fail(networkError(error, place))
    const onSilence = (): void => {
      const message = `cannot reach ${place}: no answer for ${sayDuration(timeoutMs)}`
      fail(new UnsiloError('timeout', message, { hint: 'Check the network and the address.', retryable: true }))
    }
    socket.once('error', onError)
    socket.setTimeout(timeoutMs, onSilence)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.off('timeout', onSilence)
      socket.off('error', onError)
      resolve(socket)
    })
  })
}

/**
 * Calls `onSilence` once nothing has arrived for so long; what is sent does not count, as a kernel takes it from us also when the
 * other side is gone. It ends with the connection.
 */
export function watchSilence(socket: Socket, silenceMs: number, onSilence: () => void): void {
  let [seen, silentMs] = [socket.bytesRead, 0]
  const stepMs = silenceMs / 10
  const timer = setInterval(() => {
    silentMs = socket.bytesRead === seen ? silentMs + stepMs : 0
    seen = socket.bytesRead
    if (silentMs >= silenceMs) onSilence()
  }, stepMs)
  socket.once('close', () => clearInterval(timer))
}
