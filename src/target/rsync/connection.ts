import { join } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import { pathFrom } from '../../system/path-from.ts'
import { type OpenPrivateFolder, openPrivateFolder } from '../../system/private-folder.ts'
import type { RsyncTargetConfig } from '../rsync-config.ts'
import type { TargetSurroundings } from '../target.ts'
import { type RsyncFailure, explainRsync } from './explain.ts'
import { unknownHost } from './host-key.ts'
import { startCommand } from '../../system/processes.ts'
import { withOneConnection } from './one-connection.ts'
import { type RsyncPlace, parsePlace } from './place.ts'
import { type RsyncProgram, rsyncProgram } from './program.ts'
import { type SshLogin, rshOption, sshParameters } from './ssh-command.ts'

/** How a target's rsync is called: what all of its runs have in common. */
export interface RsyncConnection {
  readonly place: RsyncPlace
  /** What is there before the first run, and until `close`. */
  ready(): Promise<ReadyConnection>
  /** What a failure means. @param doing As in "write to". */
  explain(doing: string, failure: RsyncFailure, signal: AbortSignal): Promise<UnsiloError>
  close(): Promise<void>
}

interface ReadyConnection {
  program: RsyncProgram
  /** Parameters of each run. */
  parameters: readonly string[]
  /** Outside of all data. */
  folder: string
}

/** @param name Of the target, as in `unsilo.toml`. @throws UnsiloError `config` for keys that do not go together */
export function openConnection(
  name: string,
  config: RsyncTargetConfig,
  { root, readSecret, files, bytesPerSecond }: TargetSurroundings,
): RsyncConnection {
  const parsed = parsePlace(config.to)
  const place = parsed.by === 'local' ? { ...parsed, path: pathFrom(root, parsed.path) } : parsed
  checkKeys(name, config, place)
  const file = (path: string | undefined): string | undefined => (path === undefined ? undefined : pathFrom(root, path))
  const keyFiles = { key: file(config.key), knownHosts: file(config.known_hosts) }
  const destination = place.prefix.slice(0, -1).replaceAll(/[[\]]/g, '')
  const loginFrom = (folder: string): SshLogin => ({ port: config.port, ...keyFiles, socket: join(folder, 'ssh') })
  let opened: Promise<ReadyConnection> | undefined
  let privateFolder: OpenPrivateFolder | undefined

  const open = async (): Promise<ReadyConnection> => {
    for (const path of Object.values(keyFiles)) {
      if (path === undefined || files.info(path)?.kind === 'file') continue
      throw new UnsiloError('config', `targets.${name}: there is no file ${path}`, {
        hint: 'Check `key` and `known_hosts`.',
      })
    }
    const password =
      config.password === undefined ? undefined : await readSecret(`targets.${name}.password`, config.password)
    privateFolder = openPrivateFolder()
    const parameters = ['--secluded-args']
    // In KiB; 0 would be no limit.
    if (bytesPerSecond !== undefined) parameters.push(`--bwlimit=${Math.max(1, Math.floor(bytesPerSecond / 1024))}`)
    if (place.by === 'ssh') parameters.push(`--rsh=${rshOption(loginFrom(privateFolder.path))}`)
    if (place.by === 'daemon') {
      // Without a file, rsync would ask, and take the names on its stdin for the answer.
      const secret = privateFolder.write('password', `${password ?? ''}\n`)
      parameters.push('--no-motd', '--contimeout=60', `--password-file=${secret}`)
      if (config.port !== undefined) parameters.push(`--port=${config.port}`)
    }
    const program = config.program.includes('/') ? pathFrom(root, config.program) : config.program
    const runs = rsyncProgram(program, password === undefined ? [] : [password])
    const { path: folder } = privateFolder
    const isMade = (): boolean => files.info(loginFrom(folder).socket) !== undefined
    return { program: place.by === 'ssh' ? withOneConnection(runs, isMade) : runs, parameters, folder }
  }

  const connection: RsyncConnection = {
    place,
    ready() {
      opened ??= open().catch((error: unknown) => {
        opened = undefined
        throw error
      })
      return opened
    },
    async explain(doing, failure, signal) {
      const error = explainRsync(doing, place, failure)
      const isUnknown = /^No \S+ host key is known for/m.test(failure.complaint)
      if (place.by !== 'ssh' || !isUnknown) return error
      const known = config.known_hosts ?? '~/.ssh/known_hosts'
      const { folder } = await connection.ready()
      return unknownHost(error, sshParameters(loginFrom(folder)), destination, known, signal)
    },
    async close() {
      const folder = privateFolder
      if (folder === undefined) return
      privateFolder = undefined
      opened = undefined
      const login = loginFrom(folder.path)
      if (place.by === 'ssh' && files.info(login.socket) !== undefined) await endShared(login, destination)
      folder.remove()
    },
  }
  return connection
}

/** Ends the connection that the runs have shared. */
async function endShared(login: SshLogin, destination: string): Promise<void> {
  const command = startCommand({
    command: ['ssh', ...sshParameters(login), '-O', 'exit', '--', destination],
    timeoutMs: 5000,
  })
  // Where that does not do, it ends by itself.
  await command.ended.catch(() => undefined)
}

function checkKeys(name: string, config: RsyncTargetConfig, { by }: RsyncPlace): void {
  const wrong = (key: string, why: string): UnsiloError =>
    new UnsiloError('config', `targets.${name}.${key}: ${why}`, { hint: `Take out \`${key}\`, or change \`to\`.` })
  for (const key of ['key', 'known_hosts'] as const) {
    if (config[key] !== undefined && by !== 'ssh') throw wrong(key, 'is only for SSH, as in to = "me@nas:/backup"')
  }
  if (config.password !== undefined && by !== 'daemon') {
    throw wrong('password', 'is only for a daemon, as in to = "rsync://me@nas/module"; SSH uses keys')
  }
  if (config.port !== undefined && by === 'local') throw wrong('port', 'is only for SSH and for a daemon')
}
