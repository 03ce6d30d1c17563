import { basename, join } from 'node:path'
import { codecForExtension } from '../codec/codec.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { UnsiloError } from '../errors.ts'
import type { StoredParcel } from '../parcel/store.ts'
import { databaseIn } from '../source/database/file-name.ts'
import type { Dump, DumpKind } from '../source/database/restore.ts'
import { type Files, walkFiles } from '../system/files.ts'
import type { Context, Dataset } from './dataset.ts'

type DatabaseConfig = Extract<SourceConfig, { kind: 'postgres' | 'mysql' | 'mariadb' | 'sqlite' }>

/** @throws UnsiloError `usage` when the dataset is not one of databases */
export function databaseConfigOf(dataset: Dataset): DatabaseConfig {
  const { source } = dataset.config
  if (source !== undefined && isOfDatabases(source)) return source
  throw new UnsiloError('usage', `${dataset.name} is no dataset of databases`, {
    hint: 'Without --database, a parcel is restored as files into the folder that --to names.',
  })
}

function isOfDatabases(source: SourceConfig): source is DatabaseConfig {
  return ['postgres', 'mysql', 'mariadb', 'sqlite'].includes(source.kind)
}

/** The dump of the database `name` in a parcel. @throws UnsiloError `not-found` that names those that there are */
export function dumpInParcel(dataset: Dataset, { system, signal }: Context, stored: StoredParcel, name: string): Dump {
  const { files } = system
  const config = databaseConfigOf(dataset)
  const all = stored.isFolder
    ? inFolder(files, config, stored.path)
    : [[onlyName(config) ?? name, stored.path] as const]
  const found = all.find(([one]) => one === name)
  if (found === undefined) {
    const names = all.map(([one]) => one).join(', ')
    throw new UnsiloError('not-found', `${stored.id} of ${dataset.name} has no database ${name}`, {
      hint: names === '' ? 'It has none at all.' : `It has: ${names}.`,
    })
  }
  const [, path] = found
  const codec = codecForExtension(path.slice(path.lastIndexOf('.') + 1))
  return {
    kind: kindOf(files, config, codec === undefined ? path : path.slice(0, -codec.extension.length - 1)),
    path,
    read: () => (codec === undefined ? files.read(path) : codec.decompress(files.read(path), signal)),
  }
}

function kindOf(files: Files, { kind }: DatabaseConfig, path: string): DumpKind {
  if (kind !== 'postgres') return kind
  if (files.info(path)?.kind === 'folder') return 'postgres directory'
  return path.endsWith('.sql') ? 'postgres plain' : 'postgres custom'
}

/** What the one database of a parcel is called, as far as the configuration says. */
function onlyName(config: DatabaseConfig): string | undefined {
  if (config.kind === 'sqlite') return typeof config.path === 'string' ? basename(config.path) : undefined
  return typeof config.database === 'string' && config.database !== '*' ? config.database : undefined
}

function inFolder(files: Files, { kind }: DatabaseConfig, folder: string): (readonly [string, string])[] {
  if (kind === 'sqlite') {
    return [...walkFiles(files, folder)].map(({ path }) => [path.replace(/\.(?:gz|zst)$/, ''), join(folder, path)])
  }
  return files.list(folder).flatMap((entry) => {
    const name = entry.kind === 'folder' ? decodeURIComponent(entry.name) : databaseIn(entry.name)
    return name === undefined ? [] : [[name, join(folder, entry.name)] as const]
  })
}
