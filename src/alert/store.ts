import { dirname, join } from 'node:path'
import { UnsiloError } from '../errors.ts'
import type { Files } from '../system/files.ts'
import { type Lock, acquireLock } from '../system/lock.ts'
import { replaceFile } from '../system/replace-file.ts'
import { type AlertState, noAlerts } from './incident.ts'
import { historyLines, parseState, rebuild, snapshotLines, stateText } from './stored.ts'

/** What is kept of alerts, in `.unsilo/` of the root. No data is in it, and none needs it. */
export interface AlertStore {
  /** @returns `undefined` when another process is sending alerts. @throws UnsiloError */
  lock(): Promise<Lock | undefined>
  /**
   * Reads what is remembered. A file that is damaged is put aside, and made again from the history.
   *
   * @throws UnsiloError when it may not be read
   */
  load(): { state: AlertState; /** In words, when something was damaged. */ damage?: string }
  /** Sets the room aside that is needed to remember something on a full disk; later may be too late. That it fails does no harm now. */
  prepare(): Promise<void>
  /** Remembers, durably; does nothing when nothing has changed. @throws UnsiloError */
  save(state: AlertState, now: Date): Promise<void>
}

const storeFolder = '.unsilo'

// On a full disk the memory of what was told must still grow a little: else the same message would come every few minutes.
const reserveBytes = 64 * 1024
const longestHistoryBytes = 4 * 1024 * 1024

export function openAlertStore(files: Files, root: string): AlertStore {
  const at = (name: string): string => join(root, storeFolder, name)
  const [current, history, oldHistory, reserve] = [
    at('alerts.json'),
    at('alerts.ndjson'),
    at('alerts.old.ndjson'),
    at('reserve'),
  ]
  let saved: { state: AlertState; text: string } = { state: noAlerts, text: '' }

  const readHistory = (): string => `${files.readText(oldHistory) ?? ''}\n${files.readText(history) ?? ''}`

  const append = async (lines: readonly string[]): Promise<void> => {
    if (lines.length === 0) return
    const last = files.readEnd(history, 1)
    const isNew = files.info(history) === undefined
    const sink = await files.append(history)
    try {
      await sink.write(`${last.length > 0 && last[0] !== 0x0a ? '\n' : ''}${lines.join('')}`)
      await sink.sync()
    } finally {
      await sink.close()
    }
    if (isNew) await files.sync(dirname(history))
  }

  const replace = async (text: string): Promise<void> => {
    try {
      await replaceFile(files, current, text)
    } catch (error) {
      const isFull = error instanceof UnsiloError && error.code === 'no-space'
      if (!isFull || files.info(reserve) === undefined) throw error
      await files.remove(reserve)
      await replaceFile(files, current, text)
      return
    }
    await setAside()
  }

  const setAside = async (): Promise<void> => {
    if (files.info(reserve) !== undefined) return
    await replaceFile(files, reserve, 'unsilo '.repeat(reserveBytes / 7)).catch(() => undefined)
  }

  return {
    async lock() {
      files.makeFolder(join(root, storeFolder))
      return acquireLock(at('alerts.lock'))
    },
    async prepare() {
      try {
        files.makeFolder(join(root, storeFolder))
      } catch (error) {
        if (!(error instanceof UnsiloError)) throw error
        return
      }
      await setAside()
    },
    load() {
      const text = files.readText(current)
      const state = text === undefined ? undefined : parseState(text)
      if (state !== undefined) {
        saved = { state, text: text! }
        return { state }
      }
      const past = readHistory()
      if (text === undefined && past.trim() === '') return { state: noAlerts }
      const rebuilt = rebuild(past)
      saved = { state: rebuilt.state, text: '' }
      return { state: rebuilt.state, damage: sayDamage(text !== undefined, rebuilt.unreadable) }
    },
    async save(state, now) {
      const text = stateText(state)
      if (text === saved.text) return
      files.makeFolder(join(root, storeFolder))
      if (saved.text === '' && files.info(current) !== undefined) files.rename(current, at('alerts.damaged.json'))
      await replace(text)
      const before = saved.state
      saved = { state, text }
      if ((files.info(history)?.sizeBytes ?? 0) > longestHistoryBytes) {
        files.rename(history, oldHistory)
        await append(snapshotLines(state, now))
      } else await append(historyLines(before, state, now))
    },
  }

  function sayDamage(isThere: boolean, unreadable: number): string {
    const what = isThere ? `${current} is damaged; it is kept as alerts.damaged.json` : `${current} is gone`
    const lines = unreadable === 0 ? '' : `, of which ${unreadable} line${unreadable === 1 ? '' : 's'} cannot be read`
    return `${what}, and was made again from alerts.ndjson${lines}`
  }
}
