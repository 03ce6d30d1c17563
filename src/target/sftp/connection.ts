import type { Client, SFTPWrapper } from 'ssh2'
import { UnsiloError } from '../../errors.ts'
import { sayDuration } from '../../system/duration.ts'
import { networkError } from '../../system/http-error.ts'
import { type TcpConnection, connectTcp, watchSilence } from '../../system/tcp.ts'
import type { HostCheck } from './host-check.ts'
import type { Ssh } from './library.ts'
import { type Login, chooseWays } from './login.ts'
import { type Requests, openRequests } from './requests.ts'

/** A connection over which requests of several files go at a time. */
export interface Connection {
  readonly requests: Requests
  readonly isLost: boolean
  /** Calls that use it. */
  running: number
  close(): void
}

export interface Address {
  host: string
  port: number
  user: string
}

export interface ConnectionOptions {
  address: Address
  check: HostCheck
  login: Login
  /** A line over which nothing comes for so long is dead: the server is asked for a sign of life several times meanwhile. */
  silenceMs: number
}

/** @throws UnsiloError `network`, `timeout`; `auth` when the host is not the one that it should be, or does not let us in */
export async function openConnection(ssh: Ssh, options: ConnectionOptions): Promise<Connection> {
  const { address, silenceMs } = options
  const { host, port } = address
  const socket = await connectTcp(host, port, silenceMs)
  const client = new ssh.Client()
  let lost: UnsiloError | undefined
  let lose: (error: UnsiloError) => void = () => undefined
  const end = (error: UnsiloError): void => {
    lost ??= error
    lose(lost)
    socket.destroy()
  }
  watchSilence(socket, silenceMs, () =>
    end(
      new UnsiloError('timeout', `${host} sent nothing for ${sayDuration(silenceMs)}`, {
        hint: 'Check the network and the server, then run again.',
        retryable: true,
      }),
    ),
  )
  try {
    await logIn(client, socket, options)
    client.on('error', (error: Error) => end(cutOff(host, error)))
    client.on('close', () => end(cutOff(host)))
    const sftp = await startSftp(client, host)
    const opened = openRequests(sftp)
    lose = opened.lose
    sftp.on('error', (error: Error) => end(noSftp(host, error)))
    sftp.on('close', () => end(cutOff(host)))
    if (lost !== undefined) throw lost
    return {
      requests: opened.requests,
      running: 0,
      get isLost() {
        return lost !== undefined
      },
      close() {
        lost ??= new UnsiloError('cancelled', 'the connection was closed')
        lose(lost)
        client.end()
        // A server that does not answer would keep the process alive.
        socket.destroySoon()
      },
    }
  } catch (error) {
    socket.destroy()
    throw lost ?? error
  }
}

function logIn(
  client: Client,
  socket: TcpConnection,
  { address, check, login, silenceMs }: ConnectionOptions,
): Promise<void> {
  const { host, port, user } = address
  const choice = chooseWays(login.ways)
  let refused: UnsiloError | undefined
  let isAgreed = false
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      if (isSkippedWay(error)) return void login.leftOut.push(error.message)
      reject(refused ?? connectError(error, address, isAgreed, login, choice))
    }
    client.on('error', fail)
    client.on('close', () => fail(new Error('the server closed the connection')))
    client.on('handshake', () => (isAgreed = true))
    client.on('change password', () =>
      reject(
        new UnsiloError('auth', `${host} wants a new password for ${user}`, {
          hint: `Log in with \`ssh -p ${port} ${user}@${host}\`, and set one.`,
        }),
      ),
    )
    client.once('ready', () => {
      client.removeAllListeners('error').removeAllListeners('close')
      resolve()
    })
    client.connect({
      sock: socket,
      username: user,
      // A live server answers these, so `watchSilence` alone says when a line is dead: ssh2 would count an answer as late that only
      // waits behind data.
      keepaliveInterval: Math.ceil(silenceMs / 4),
      keepaliveCountMax: Number.MAX_SAFE_INTEGER,
      readyTimeout: silenceMs,
      // The types do not know that there is nothing on the first call, and that `false` says that there is no other way.
      authHandler: (accepted, isPartial, next) => next(choice.next(accepted, isPartial) as never),
      algorithms: { serverHostKey: check.algorithms as never },
      hostVerifier(key: Buffer): boolean {
        refused = check.refuse(key)
        return refused === undefined
      },
    })
  })
}

/** After these ssh2 goes on with the next way. */
function isSkippedWay(error: Error): boolean {
  const { level } = error as { level?: string }
  return level === 'agent' || (level === 'client-authentication' && error.message.startsWith('Error'))
}

function connectError(
  error: Error,
  address: Address,
  isAgreed: boolean,
  { leftOut }: Login,
  { tried, accepted }: { tried: readonly string[]; accepted: readonly string[] },
): UnsiloError {
  const { host, port, user } = address
  const { level, code } = error as { level?: string; code?: unknown }
  const place = `${host}, port ${port}`
  if (level === 'client-timeout') {
    return new UnsiloError('timeout', `${place}, does not answer while logging in`, {
      hint: 'Check that an SSH server listens there, then run again.',
      retryable: true,
    })
  }
  // RFC 4253, section 11.1: a server ends the connection with a number, as after too many keys.
  if (level === 'client-authentication' || (isAgreed && typeof code === 'number')) {
    const ways = tried.length === 0 ? 'nothing that it takes could be tried' : `tried: ${tried.join(', ')}`
    const takes = accepted.length === 0 ? '' : `; it takes: ${accepted.join(', ')}`
    const said = level === 'client-authentication' ? '' : `; it says: ${error.message}`
    const missing = leftOut.length === 0 ? '' : ` Not tried: ${leftOut.join('; ')}.`
    return new UnsiloError('auth', `${place}, does not let ${user} in (${ways}${takes}${said})`, {
      hint:
        `Check the user, and that the public key is in ~/.ssh/authorized_keys there: ssh-copy-id -i KEY.pub -p ${port} ${user}@${host}.` +
        missing,
      cause: error,
    })
  }
  if (level === 'client-socket') return networkError(error, place)
  if (/no matching/i.test(error.message)) {
    return new UnsiloError('network', `${place}, and unsilo have no way of encryption in common: ${error.message}`, {
      hint: 'The SSH server is very old, or set up to be very strict; `ssh -v` shows what it offers.',
      cause: error,
    })
  }
  return new UnsiloError('network', `cannot log in at ${place}: ${error.message}`, {
    hint: 'Check that an SSH server listens there, then run again.',
    retryable: true,
    cause: error,
  })
}

function startSftp(client: Client, host: string): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) => {
    client.once('close', () => reject(cutOff(host)))
    client.sftp((error, sftp) => (error === undefined ? resolve(sftp) : reject(noSftp(host, error))))
  })
}

function noSftp(host: string, error: Error): UnsiloError {
  return new UnsiloError('network', `${host} does not speak SFTP: ${error.message}`, {
    hint: 'Its SSH server needs a line "Subsystem sftp …", and the start-up files of the user must not print anything.',
    cause: error,
  })
}

function cutOff(host: string, error?: NodeJS.ErrnoException): UnsiloError {
  const code = error?.code
  const reason = error === undefined || code === 'ECONNRESET' || code === 'EPIPE' ? '' : `: ${error.message}`
  return new UnsiloError('network', `the connection to ${host} broke off${reason}`, {
    hint: 'Check the network and the server, then run again.',
    retryable: true,
    cause: error,
  })
}
