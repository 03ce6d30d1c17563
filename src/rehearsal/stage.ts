import { join } from 'node:path'
import type { Context, Dataset } from '../dataset/dataset.ts'
import { readHistory } from '../dataset/history.ts'
import { type LoopbackServer, answerLocally, closedPort } from '../system/loopback.ts'
import { emptyAnswer } from './empty-answer.ts'
import type { Fault } from './fault-names.ts'
import { fullDisk } from './full-disk.ts'

/** A dataset and its surroundings, in which a fault is going to happen. */
export interface Stage {
  dataset: Dataset
  context: Context
  /** What was put in the place of what, for people. */
  said: string
  close(): void
}

/** Puts the fault into a dataset of a sandbox. */
export async function setStage(fault: Fault, dataset: Dataset, context: Context): Promise<Stage> {
  const { files } = context.system
  const nothing = (): void => undefined
  switch (fault) {
    case 'token-expired':
      return source(dataset, context, 401, '{"error":"invalid_token"}', refused(dataset))
    case 'empty-source':
      return source(dataset, context, 200, emptyBody(dataset), empty(dataset, context))
    case 'disk-full': {
      const command = { cmd: 'echo rehearsal', stdout: 'txt', returncodesOk: [] }
      return {
        dataset: { ...dataset, targets: [], config: { ...dataset.config, command, source: undefined } },
        context: { ...context, system: { ...context.system, files: fullDisk(files, dataset.layout.incomplete) } },
        said: 'an export whose first byte finds no room on the disk',
        close: nothing,
      }
    }
    case 'target-down': {
      const port = await closedPort()
      // A folder target makes its folder; below a file it cannot.
      await (await files.create(join(dataset.root, 'away'))).close()
      const targets = dataset.targets.map((target) => ({
        ...target,
        config: unreachable(target.config, port, dataset),
      }))
      const command = { cmd: sameAgain(dataset, context), stdout: undefined, returncodesOk: [] }
      return {
        dataset: { ...dataset, targets, config: { ...dataset.config, command, source: undefined, compress: 'none' } },
        context,
        said: 'an export that gives what the last one gave, and targets at which nobody answers',
        close: nothing,
      }
    }
    case 'never-ran':
      return { dataset, context, said: 'no run at all, and a clock that goes on', close: nothing }
  }
}

interface StandIn {
  cmd: string
  said: string
}

/** A REST source asks a server of the rehearsal's own; in the place of any other stands a command. */
async function source(
  dataset: Dataset,
  context: Context,
  status: number,
  body: string,
  standIn: StandIn,
): Promise<Stage> {
  const { config } = dataset
  const close = (): void => undefined
  if (config.source?.kind !== 'rest') {
    if (config.source?.kind === 'folder') return emptyFolder(dataset, context)
    const { cmd, said } = standIn
    const command = { cmd, stdout: undefined, returncodesOk: [] }
    const changed = { ...config, command, source: undefined, compress: 'none' as const }
    return { dataset: { ...dataset, targets: [], config: changed }, context, said, close }
  }
  const server: LoopbackServer = await answerLocally(status, body)
  const asked = {
    ...config.source,
    base: server.url,
    hosts: [],
    auth: undefined,
    headers: {},
    params: {},
    drain: undefined,
  }
  return {
    dataset: { ...dataset, targets: [], config: { ...config, source: asked } },
    context,
    said: `an export that asked a server here, which answered HTTP ${status} to everything`,
    close: () => server.close(),
  }
}

function emptyFolder(dataset: Dataset, context: Context): Stage {
  const { source: folder } = dataset.config
  const path = join(dataset.root, 'empty')
  context.system.files.makeFolder(path)
  const changed = folder?.kind === 'folder' ? { ...folder, path, paths: undefined, mount: 'any' as const } : folder
  return {
    dataset: { ...dataset, targets: [], config: { ...dataset.config, source: changed } },
    context,
    said: 'an export of a folder that is there, and has nothing in it',
    close: () => undefined,
  }
}

function refused({ config: { source: configured } }: Dataset): StandIn {
  const kind = configured?.kind ?? 'command'
  const isDatabase = kind === 'postgres' || kind === 'mysql' || kind === 'mariadb'
  const words = isDatabase ? 'password authentication failed' : 'HTTP 401 Unauthorized: the token has expired'
  const what = kind === 'command' ? 'your command' : `the ${kind} source`
  return {
    cmd: `echo '${words}' >&2; exit 1`,
    said: `in the place of ${what}, one that says "${words}" and ends with 1`,
  }
}

function empty(dataset: Dataset, { system }: Context): StandIn {
  const extension =
    readHistory(system.files, dataset.layout).newestGood?.stored?.extension ?? dataset.config.command?.stdout
  const plain = (extension ?? 'json').replace(/\.(?:gz|zst)$/, '')
  const text = plain === 'json' ? '[]' : ''
  const said = `in the place of your command, one that ends well with ${text === '' ? 'an empty file' : 'an empty list'}`
  return { cmd: `printf '%s' '${text}' > "$PARCEL_PATH.${plain.replaceAll(/[^\w.-]/g, '')}"`, said }
}

/** Answers that hold an empty list where every stream looks for its items. */
function emptyBody({ config: { source: configured } }: Dataset): string {
  return configured?.kind === 'rest' ? emptyAnswer(configured.streams.map(({ items }) => items)) : '[]'
}

/** The newest good parcel once more. */
function sameAgain({ layout }: Dataset, { system }: Context): string {
  const stored = readHistory(system.files, layout).newestGood?.stored
  if (stored === undefined || stored.packed !== undefined) return `printf '[]' > "$PARCEL_PATH.json"`
  const from = `'${stored.path.replaceAll("'", String.raw`'\''`)}'`
  if (stored.isFolder) return `cp -R ${from} "$PARCEL_PATH"`
  const to = `"$PARCEL_PATH${stored.extension === '' ? '' : `.${stored.extension}`}"`
  return `ln ${from} ${to} || cp ${from} ${to}`
}

type TargetConfig = Dataset['targets'][number]['config']

/** The same target, where nobody answers; without any secret of its own. */
function unreachable(config: TargetConfig, port: number, { root }: Dataset): TargetConfig {
  const away = { tries: 1, limit: undefined }
  const secret = { command: 'echo rehearsal' }
  const host = '127.0.0.1'
  switch (config.kind) {
    case 'ftp':
    case 'ftps':
      return { ...config, ...away, host, port, password: secret }
    case 'sftp':
      return { ...config, ...away, host, port, ...(config.password === undefined ? {} : { password: secret }) }
    case 's3':
      return {
        ...config,
        ...away,
        endpoint: `http://${host}:${port}`,
        access_key_id: 'rehearsal',
        secret_access_key: secret,
        session_token: undefined,
        profile: undefined,
      }
    case 'folder':
    case 'rsync':
    case 'plugin':
      return { ...away, kind: 'folder', path: join(root, 'away', 'target') } as TargetConfig
  }
}
