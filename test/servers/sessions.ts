import { connect } from 'node:net'
import { childrenOf } from './watch-processes.ts'

/** The processes of a server that serve a connection each, with theirs: they may outlive the one that listens. */
export function sessionsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...sessionsOf(child)])
}

/** Whether somebody listens at that port, and begins with that word, if one is given. */
export function greets(host: string, port: number, word?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (isUp: boolean): void => {
      socket.destroy()
      resolve(isUp)
    }
    socket.setTimeout(5000, () => end(false))
    if (word === undefined) socket.once('connect', () => end(true))
    else socket.once('data', (bytes) => end(bytes.toString('latin1').startsWith(word)))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}
