import type { Readable } from 'node:stream'
import { UnsiloError } from '../../errors.ts'
import { sshAgentSocket, userName } from '../../system/ssh-login.ts'
import type { SftpTargetConfig } from '../sftp-config.ts'
import type { Target, TargetSurroundings } from '../target.ts'
import { checkFilePath, checkTargetPath } from '../target-path.ts'
import { type Address, type Connection, openConnection } from './connection.ts'
import { openConnections } from './connections.ts'
import { type KnownFile, download } from './download.ts'
import { type Refused, explain } from './explain.ts'
import { checkAround, join, openFolders, parentOf, placeOf } from './folders.ts'
import { openHostCheck } from './host-check.ts'
import { throwIfAborted, untilAborted } from '../interrupt.ts'
import { type Ssh, loadSsh } from './library.ts'
import { listFiles } from './list.ts'
import { type Login, planLogin } from './login.ts'
import { move } from './move.ts'
import { putFile } from './put.ts'
import { removeFile, removeFolder } from './remove.ts'
import type { Requests } from './requests.ts'
import { hasStatus, statusCode } from './status.ts'
import { type Window, openWindow } from './upload.ts'

/** A dead line is noticed after this, also by those who wait for nothing but an answer. */
const silenceMs = 60_000

/** How long `close` waits for what an interrupt has left to clear away. */
const clearingMs = 2000

const openToRead = 0x01

/** @param name As in `unsilo.toml`, for messages and secrets. */
export function openSftpTarget(name: string, config: SftpTargetConfig, surroundings: TargetSurroundings): Target {
  const { host, port, user = userName() } = config
  const address: Address = { host, port, user }
  const base = placeOf(config.path)
  const folders = openFolders(base, host)
  const windows = new WeakMap<Connection, Window>()
  const busy = new Set<string>()
  const running = new Set<Promise<unknown>>()

  let planned: Promise<Login> | undefined
  /** Opening a key takes a moment, and so may a command that prints a password. */
  const planOnce = (ssh: Ssh): Promise<Login> => {
    const place = { name, user, agentSocket: sshAgentSocket() }
    planned ??= planLogin(config, place, surroundings, ssh.utils.parseKey).catch((error: unknown) => {
      planned = undefined
      throw error
    })
    return planned
  }

  const connections = openConnections(config.connections, async () => {
    const ssh = await loadSsh()
    const check = openHostCheck({ host, port, knownHosts: config.known_hosts }, surroundings.files, surroundings.root)
    const login = await planOnce(ssh)
    const connection = await openConnection(ssh, { address, check, login, silenceMs })
    windows.set(connection, openWindow())
    return connection
  })

  /** Says what was refused, and whether the disk of the whole place is away. */
  const explained = async (error: unknown, requests: Requests, refused: Refused): Promise<unknown> => {
    try {
      if (hasStatus(error, statusCode.missing)) await checkAround(requests, base, host)
      return await explain(error, refused, address, requests)
    } catch (other) {
      return other
    }
  }

  /** An interrupt ends the waiting; the work itself goes on to clear away what it has begun. */
  const use = async <T>(
    signal: AbortSignal,
    refused: Refused,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> => {
    throwIfAborted(signal)
    const working = connections.use(async (connection) => {
      throwIfAborted(signal)
      try {
        return await work(connection)
      } catch (error) {
        throw await explained(error, connection.requests, refused)
      }
    })
    const ended: Promise<unknown> = working.then(
      () => running.delete(ended),
      () => running.delete(ended),
    )
    running.add(ended)
    return untilAborted(working, signal)
  }

  const openFile = async (requests: Requests, path: string): Promise<KnownFile> => {
    const handle = await requests.open(path, openToRead)
    const stats = await requests.statHandle(handle)
    if (stats.isFile()) return { handle, sizeBytes: stats.size }
    await requests.close(handle)
    throw new UnsiloError('not-found', `${path} on ${host} is not a file`)
  }

  return {
    kind: 'sftp',
    // The server works off the requests of one connection one after the other; those of several wait for the disk together.
    parallel: 4 * config.connections,
    async *list(prefix, signal) {
      checkTargetPath(prefix)
      throwIfAborted(signal)
      const folder = join(base, prefix)
      const { connection, done } = await untilAborted(connections.take(), signal)
      const { requests } = connection
      let isEmpty = true
      try {
        for await (const { path, sizeBytes } of listFiles(requests, folder, signal)) {
          isEmpty = false
          yield { path: join(prefix, path), sizeBytes }
        }
        if (isEmpty) await checkAround(requests, base, host)
      } catch (error) {
        throw await explained(error, requests, { doing: 'list', path: folder })
      } finally {
        done()
      }
    },
    async put(path, open, signal, known) {
      checkFilePath(path)
      const place = join(base, path)
      const folder = parentOf(place)
      const refused = { doing: 'write', path: place, folder }
      return use(signal, refused, (connection) => {
        const { requests } = connection
        const window = windows.get(connection)!
        const tell = (error: unknown): Promise<unknown> => explained(error, requests, refused)
        const put = { path: place, folders, window, busy, explain: tell }
        return putFile(requests, put, open, signal, known)
      })
    },
    async get(path, signal, range = { from: 0, bytes: Number.MAX_SAFE_INTEGER }) {
      checkFilePath(path)
      const place = join(base, path)
      throwIfAborted(signal)
      const { connection, done } = await untilAborted(connections.take(), signal)
      const { requests } = connection
      const refused = { doing: 'read', path: place }
      const explainRead = (error: unknown): Promise<unknown> => explained(error, requests, refused)
      let stream: Readable
      try {
        const file = await untilAborted(openFile(requests, place), signal)
        stream = download(requests, file, range, signal, explainRead)
        stream.once('close', () => {
          done()
          // Nothing was written, so nothing depends on it.
          requests.close(file.handle).catch(() => undefined)
        })
      } catch (error) {
        done()
        throw await explainRead(error)
      }
      return stream
    },
    async move(from, to, signal) {
      checkFilePath(from)
      checkFilePath(to)
      const [here, there] = [join(base, from), join(base, to)]
      const folder = parentOf(there)
      await use(signal, { doing: 'move', path: here, folder }, ({ requests }) =>
        move(requests, folders, here, there, host),
      )
    },
    async remove(path, signal) {
      checkFilePath(path)
      const place = join(base, path)
      await use(signal, { doing: 'remove', path: place }, async ({ requests }) => {
        if (await removeFile(requests, place, host)) await folders.sync(requests, parentOf(place))
        else await checkAround(requests, base, host)
      })
    },
    async removeFolder(path, signal) {
      checkFilePath(path)
      const place = join(base, path)
      await use(signal, { doing: 'remove', path: place }, async ({ requests }) => {
        await removeFolder(requests, place, signal)
        await folders.sync(requests, parentOf(place))
      })
    },
    async close() {
      const end = new AbortController()
      const late = surroundings.clock.sleep(clearingMs, end.signal).catch(() => undefined)
      await Promise.race([Promise.allSettled(running), late])
      end.abort()
      connections.close()
    },
  }
}
