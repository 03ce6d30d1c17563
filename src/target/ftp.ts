import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { throwIfAborted, untilAborted } from './interrupt.ts'
import { UnsiloError } from '../errors.ts'
import { pathFrom } from '../system/path-from.ts'
import { mapPool } from '../system/pool.ts'
import { isTemporaryName, temporaryPath } from '../system/replace-file.ts'
import type { FtpTargetConfig, FtpsTargetConfig } from './ftp-config.ts'
import type { FtpConnection } from './ftp/connection.ts'
import { createConnectionPool } from './ftp/connection-pool.ts'
import { download, missing } from './ftp/download.ts'
import { ftpFolders } from './ftp/folders.ts'
import { isRefusal, refusal } from './ftp/ftp-error.ts'
import { logIn, type FtpServer } from './ftp/login.ts'
import { lookAt } from './ftp/place.ts'
import { isFolder, rename, upload } from './ftp/upload.ts'
import { walk } from './ftp/walk.ts'
import type { KnownBody, Target, TargetSurroundings } from './target.ts'
import { checkFilePath, checkTargetPath } from './target-path.ts'

/** Longest time that a server may say nothing while it is expected to, in ms. */
const usualSilenceMs = 60_000

/** What does not come back to us by then is not cleared away now, in ms. */
const clearMs = 10_000

/** Smaller files are begun anew: with so little to send again, going on gains nothing. */
const worthResumingBytes = 2 * 1024 * 1024

/** Names that uploads of this process go to, so that two never write into one file. */
const inUse = new Set<string>()

/** @param silenceMs For tests. */
export function openFtpTarget(
  name: string,
  config: FtpTargetConfig | FtpsTargetConfig,
  surroundings: Pick<TargetSurroundings, 'files' | 'root' | 'readSecret'>,
  silenceMs = usualSilenceMs,
): Target {
  const server = { ...serverOf(config), silenceMs }
  const host = `${server.host}:${server.port}`
  const parallel = config.connections
  const folders = ftpFolders(host)
  // Read for each connection: a password that was renewed counts at once.
  const secrets = async (): Promise<Pick<FtpServer, 'password' | 'ca'>> => ({
    password: await passwordOf(name, config, surroundings),
    ca: authorityOf(config, surroundings),
  })
  const pool = createConnectionPool<FtpConnection>(parallel, async (signal) =>
    logIn({ ...server, ...(await secrets()) }, signal),
  )

  const baseOf = ({ home }: FtpConnection): string => posix.resolve(home, config.path ?? '')
  const placeOf = (connection: FtpConnection, path: string): string => posix.join(baseOf(connection), path)

  /** A file that is no longer needed; that it cannot be removed now is no error. */
  const clearAway = async (place: string): Promise<void> => {
    await pool.use(AbortSignal.timeout(clearMs), (connection) => connection.ask(`DELE ${place}`)).catch(() => undefined)
  }

  return {
    kind: config.kind,
    parallel,
    async *list(prefix, signal) {
      check(prefix)
      const base = await pool.use(signal, async (connection) => baseOf(connection))
      for await (const { folder, entries } of walk(pool, parallel, posix.join(base, prefix), host, signal)) {
        for (const { name: file, kind, sizeBytes } of entries) {
          throwIfAborted(signal)
          if (kind !== 'file' || isTemporaryName(file)) continue
          yield { path: posix.relative(base, posix.join(folder, file)), sizeBytes }
        }
      }
    },
    async put(path, open, signal, known) {
      checkFile(path)
      let temporary = ''
      let mayResume = false
      let hasBegun = false
      const begin = (): void => void (hasBegun = true)
      try {
        return await pool.use(signal, (connection) => {
          const place = placeOf(connection, path)
          mayResume = isWorthResuming(known)
          temporary = mayResume ? resumablePath(place, known!) : ''
          if (temporary === '' || inUse.has(host + temporary)) {
            mayResume = false
            temporary = temporaryPath(posix.join(posix.dirname(place), 'upload'))
          }
          inUse.add(host + temporary)
          return upload(connection, { path: place, temporary, open, known, mayResume, host, begin }, folders)
        })
      } catch (error) {
        // Where there is no room left, what has been begun takes it from others.
        const isFull = error instanceof UnsiloError && error.code === 'no-space'
        if (hasBegun && (!mayResume || isFull)) await clearAway(temporary)
        throw error
      } finally {
        inUse.delete(host + temporary)
      }
    },
    async get(path, signal, range) {
      checkFile(path)
      const connection = await pool.take(signal)
      const place = placeOf(connection, path)
      const done = (): void => pool.giveBack(connection)
      const start = async (): Promise<Readable> => {
        if (range?.bytes !== 0) return download(connection, { path: place, range, signal, host, done })
        if ((await lookAt(connection, place)).kind !== 'file') throw missing(place, host)
        done()
        return Readable.from([])
      }
      try {
        return await untilAborted(start(), signal, () => connection.close())
      } catch (error) {
        done()
        throw error
      }
    },
    async move(from, to, signal) {
      checkFile(from)
      checkFile(to)
      await pool.use(signal, async (connection) => {
        const [here, there] = [placeOf(connection, from), placeOf(connection, to)]
        if ((await lookAt(connection, here)).kind === 'nothing') throw missing(here, host)
        if ((await lookAt(connection, there)).kind !== 'nothing') {
          throw new UnsiloError('clash', `cannot move ${here} to ${there} on ${host}: there is something already`, {
            hint: 'Look at what is in there, and move it away.',
          })
        }
        await folders.make(connection, posix.dirname(there))
        const refused = await rename(connection, here, there)
        folders.forget()
        if (refused !== undefined) throw refusal(refused.reply, `cannot move ${here} to ${there} on ${host}`)
      })
    },
    async remove(path, signal) {
      checkFile(path)
      await pool.use(signal, async (connection) => {
        const place = placeOf(connection, path)
        const reply = await connection.ask(`DELE ${place}`)
        if (!isRefusal(reply)) return
        const { kind } = await lookAt(connection, place)
        if (kind === 'folder') throw isFolder(place, host)
        if (kind === 'file') throw refusal(reply, `cannot remove ${place} on ${host}`)
      })
    },
    async removeFolder(path, signal) {
      checkFile(path)
      const ask = async (command: string, what: string): Promise<void> => {
        const reply = await pool.use(signal, (connection) => connection.ask(command))
        if (isRefusal(reply)) throw refusal(reply, `cannot remove ${what} on ${host}`)
      }
      const top = await pool.use(signal, async (connection) => placeOf(connection, path))
      const outerFirst: string[] = []
      for await (const { folder, entries } of walk(pool, parallel, top, host, signal)) {
        outerFirst.push(folder)
        const inside = entries.filter(({ kind }) => kind !== 'folder').map((entry) => posix.join(folder, entry.name))
        await mapPool(inside, parallel, (file) => ask(`DELE ${file}`, file))
      }
      const there = await pool.use(signal, (connection) => lookAt(connection, top))
      if (there.kind === 'file') throw isFolder(top, host)
      folders.forget()
      if (there.kind === 'nothing') return
      for (const folder of outerFirst.toReversed()) await ask(`RMD ${folder}`, folder)
    },
    async close() {
      pool.close()
    },
  }
}

function serverOf(config: FtpTargetConfig | FtpsTargetConfig): Omit<FtpServer, 'silenceMs' | 'password' | 'ca'> {
  const { host, user, kind } = config
  if (kind === 'ftp') return { host, user, port: config.port ?? 21, security: 'none' }
  const { implicit } = config
  return { host, user, port: config.port ?? (implicit ? 990 : 21), security: implicit ? 'implicit' : 'explicit' }
}

async function passwordOf(
  name: string,
  { user, password }: FtpTargetConfig | FtpsTargetConfig,
  { readSecret }: Pick<TargetSurroundings, 'readSecret'>,
): Promise<string> {
  // Servers that let everybody in ask for something that looks like an address (RFC 1635).
  if (password === undefined) return user === 'anonymous' ? 'unsilo@' : ''
  const key = `targets.${name}.password`
  const secret = await readSecret(key, password)
  if (!/[\r\n\0]/.test(secret)) return secret
  throw new UnsiloError('config', `${key} has more than one line, or holds a byte that is 0`, {
    hint: 'Keep nothing but the password where the key says it is.',
  })
}

function authorityOf(
  config: FtpTargetConfig | FtpsTargetConfig,
  { files, root }: Pick<TargetSurroundings, 'files' | 'root'>,
): string | undefined {
  if (config.kind === 'ftp' || config.ca === undefined) return undefined
  const file = pathFrom(root, config.ca)
  const text = files.readText(file)
  if (text?.includes('-----BEGIN CERTIFICATE-----') === true) return text
  throw new UnsiloError('config', `${file} ${text === undefined ? 'does not exist' : 'holds no certificate'}`, {
    hint: 'Name a PEM file as `ca`: it begins with -----BEGIN CERTIFICATE-----.',
  })
}

function isWorthResuming(known: KnownBody | undefined): boolean {
  return known !== undefined && known.sizeBytes > worthResumingBytes
}

/** The same for the same content, so that another upload finds it. */
function resumablePath(place: string, { sha256 }: KnownBody): string {
  return posix.join(posix.dirname(place), `.unsilo-${sha256.slice(0, 12)}-upload.tmp`)
}

function check(path: string): void {
  checkTargetPath(path)
  // A line break would start a command of its own.
  if (!/[\r\n]/.test(path)) return
  throw new UnsiloError('usage', `${JSON.stringify(path)} has a line break in its name, which FTP cannot carry`, {
    hint: 'Rename the file, or publish an archive.',
  })
}

function checkFile(path: string): void {
  checkFilePath(path)
  check(path)
}
