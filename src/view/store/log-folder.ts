import { createHash } from 'node:crypto'
import { endianness } from 'node:os'
import { join } from 'node:path'
import type { Files } from '../../system/files.ts'
import { version } from '../../version.ts'
import { type ViewDefinition, extractFingerprint } from '../definition.ts'
import { AppendedBytes, type Committed } from '../log/appended-bytes.ts'
import { StoreDamage } from '../log/damage.ts'
import { ItemLog } from '../log/item-log.ts'
import { Segments } from '../log/segments.ts'
import { Texts } from '../log/texts.ts'
import type { MergeNotes, MergeState } from '../merge/state.ts'
import { nonEmptyPaths } from '../merge/shown.ts'
import { Tracks } from '../merge/tracks.ts'
import { type StateFile, readStateFile, writeStateFile } from './state-file.ts'

/** Counts up when files of the same names hold something else than before. */
const format = 2
/** So much is written at once. */
const flushedBytes = 4 * 1024 * 1024

const logFiles = ['items', 'table', 'parcels', 'texts'] as const
type LogFile = (typeof logFiles)[number]

/** What the state file says first. */
export interface StateHead {
  /** Which files of each kind count: a number in their names. */
  log: number
  history: number
  files: Record<LogFile | 'history', Committed>
  /** Of the definition, as far as the merge depends on it. */
  merge: string
  /** Parcels that are merged, and what tells them from others. */
  parcels: number
  chain: string
}

/** Names the folder of a log: other definitions, other folders. */
export function logFolderName(definition: ViewDefinition): string {
  const hash = createHash('sha256').update(
    JSON.stringify([format, version, endianness(), extractFingerprint(definition)]),
  )
  return `log-${hash.digest('hex').slice(0, 32)}`
}

/** The log of a view in its folder, and the merge of its parcels. One process at a time may have it open to write. */
export class LogFolder {
  log: ItemLog
  /** As it was stored; `undefined` when nothing is. */
  readonly head: StateHead | undefined
  readonly #files: Files
  readonly #folder: string
  #numbers: { log: number; history: number }
  #parts: Record<LogFile, AppendedBytes>
  #history: AppendedBytes
  readonly #open: AppendedBytes[] = []

  /** @throws StoreDamage */
  static async open(files: Files, folder: string): Promise<LogFolder> {
    files.makeFolder(folder)
    const state = readStateFile<StateHead>(files, join(folder, 'state'))
    try {
      const opened = new LogFolder(files, folder, state)
      await opened.#tidy()
      return opened
    } finally {
      state?.close()
    }
  }

  private constructor(files: Files, folder: string, state: StateFile<StateHead> | undefined) {
    this.#files = files
    this.#folder = folder
    this.head = state?.head
    this.#numbers = { log: state?.head.log ?? 1, history: state?.head.history ?? 1 }
    this.#parts = this.#openParts(state?.head.files)
    this.#history = this.#openFile('history', this.#numbers.history, state?.head.files.history)
    this.log = this.#logOf(state?.part('segments'))
  }

  /** The stored state of the merge. */
  readState(definition: ViewDefinition): MergeState {
    const state = readStateFile<StateHead>(this.#files, join(this.#folder, 'state'))
    if (state === undefined) throw new StoreDamage(`${this.#folder} has no state`)
    try {
      return {
        tracks: new Tracks(nonEmptyPaths(definition).length, numbersIn(state.part('tracks'))),
        history: this.#history,
        ids: state.part('ids').toString('latin1'),
        parcels: [...numbersIn(state.part('parcels'))],
        notes: notesIn(state),
      }
    } finally {
      state.close()
    }
  }

  /** For a merge that begins anew. */
  freshHistory(): AppendedBytes {
    this.#numbers.history++
    this.#history = this.#openFile('history', this.#numbers.history)
    return this.#history
  }

  /** A log that will take the place of this one. */
  freshLog(): ItemLog {
    this.#numbers.log++
    this.#parts = this.#openParts()
    this.log = this.#logOf()
    return this.log
  }

  /** Writes what has gathered, when it is much. */
  flushIfMuch(): Promise<void> | undefined {
    const files = [this.#parts.items, this.#parts.parcels, this.#history]
    const pending = files.reduce((sum, file) => sum + file.pendingBytes, 0)
    return pending < flushedBytes ? undefined : flushAll(files)
  }

  /** Writes the log and the merge. @returns What makes them durable, and what counts from then on: until then they can be read. */
  async write(state: MergeState, merge: string, chain: string): Promise<() => Promise<void>> {
    const { texts } = this.#parts
    this.log.table.write()
    texts.append(this.log.texts.bytesSince(texts.size))
    const files: Record<LogFile | 'history', AppendedBytes> = { ...this.#parts, history: this.#history }
    const changed = Object.values(files).filter((file) => file.pendingBytes > 0 || file.isUnsynced)
    await flushAll(changed)
    const head: StateHead = {
      ...this.#numbers,
      files: Object.fromEntries(
        Object.entries(files).map(([name, file]) => [name, file.flushed]),
      ) as StateHead['files'],
      merge,
      parcels: state.parcels.length,
      chain,
    }
    return async () => {
      await Promise.all(changed.map((file) => file.sync()))
      await writeStateFile(this.#files, join(this.#folder, 'state'), head, {
        notes: Buffer.from(JSON.stringify(state.notes)),
        ids: Buffer.from(state.ids, 'latin1'),
        parcels: bytesOf(Uint32Array.from(state.parcels)),
        segments: this.log.segments.bytes,
        tracks: bytesOf(state.tracks.rows),
      })
      await this.#removeOthers()
    }
  }

  /** Lets the log be read even when another process has put another one in its place. */
  hold(): void {
    for (const file of Object.values(this.#parts)) file.hold()
  }

  close(): void {
    for (const file of this.#open) file.close()
  }

  /** Cuts off what a process that was killed has added and never committed. */
  async #tidy(): Promise<void> {
    await this.#removeOthers()
    for (const file of [...Object.values(this.#parts), this.#history]) {
      const there = this.#files.info(file.path!)?.sizeBytes ?? 0
      if (there < file.size) throw new StoreDamage(`${file.path} is too short`)
      if (there > file.size) await this.#files.truncate(file.path!, file.size)
    }
  }

  async #removeOthers(): Promise<void> {
    const { log, history } = this.#numbers
    const names = new Set(['state', `history-${history}`, ...logFiles.map((file) => `${file}-${log}`)])
    for (const { name } of this.#files.list(this.#folder)) {
      if (!names.has(name)) await this.#files.remove(join(this.#folder, name))
    }
  }

  #openParts(committed?: StateHead['files']): Record<LogFile, AppendedBytes> {
    const open = (name: LogFile): AppendedBytes => this.#openFile(name, this.#numbers.log, committed?.[name])
    return { items: open('items'), table: open('table'), parcels: open('parcels'), texts: open('texts') }
  }

  #openFile(name: string, number: number, committed?: Committed): AppendedBytes {
    const file = new AppendedBytes(this.#files, join(this.#folder, `${name}-${number}`), committed)
    this.#open.push(file)
    return file
  }

  #logOf(segments?: Buffer): ItemLog {
    const { items: json, table, parcels, texts } = this.#parts
    texts.verify()
    const known = new Texts(Buffer.from(texts.read(0, texts.size)))
    return new ItemLog({ json, table, parcels, texts: known, segments: new Segments(segments) })
  }
}

/** What is stored of a merge, without the rest; `undefined` when nothing is, or it is damaged. */
export function readNotes(
  files: Files,
  folder: string,
): { head: StateHead; notes: MergeNotes; ids: string } | undefined {
  try {
    const state = readStateFile<StateHead>(files, join(folder, 'state'))
    if (state === undefined) return undefined
    try {
      return { head: state.head, notes: notesIn(state), ids: state.part('ids').toString('latin1') }
    } finally {
      state.close()
    }
  } catch (error) {
    if (error instanceof StoreDamage) return undefined
    throw error
  }
}

function notesIn(state: StateFile<StateHead>): MergeNotes {
  return JSON.parse(state.part('notes').toString('utf8')) as MergeNotes
}

async function flushAll(files: readonly AppendedBytes[]): Promise<void> {
  await Promise.all(files.map((file) => file.flush()))
}

function numbersIn(bytes: Buffer): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
}

function bytesOf(numbers: Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}
