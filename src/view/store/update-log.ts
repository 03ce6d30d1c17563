import { UnsiloError } from '../../errors.ts'
import { type ReaderAhead, openReaderAhead } from '../ahead/reader-ahead.ts'
import type { ItemLog } from '../log/item-log.ts'
import type { ParcelExtract } from '../log/parcel-record.ts'
import { type MergeState, createMerge } from '../merge.ts'
import { chainOf, mergeFingerprint } from './chain.ts'
import { Compaction, isMostlyDead } from './compaction.ts'
import { LogFolder } from './log-folder.ts'
import { Reading } from './reading.ts'
import type { StoreContext, StoredView } from './update.ts'

/** What has been read is committed after so long, in ms, so that a process that is killed has not worked for nothing. */
const commitEveryMs = 20_000

/** A view's log and merge, up to date. */
export interface UpdatedLog {
  log: ItemLog
  state: MergeState
  /** Ids of the parcels that were read. */
  read: string[]
  /** When it is on the disk; it can be read before. */
  committed: Promise<void>
  /** Lets the log be read without the lock. */
  hold(): void
  close(): void
}

/**
 * Brings the log of a view and the merge of its parcels up to date. Only parcels that are new are read; and where they are later than
 * all others, only they are merged.
 *
 * @param folder Of the log.
 * @throws StoreDamage when what is stored is damaged: then it has to be removed
 */
export async function updateLog(
  folder: string,
  { definition, parcels }: StoredView,
  { system, signal, ahead: options, meanwhile }: StoreContext,
): Promise<UpdatedLog> {
  const store = await LogFolder.open(system.files, folder)
  let ahead: ReaderAhead | undefined
  try {
    const { head } = store
    const fingerprint = mergeFingerprint(definition)
    const isPrefix =
      head?.merge === fingerprint && head.parcels <= parcels.length && head.chain === chainOf(parcels, head.parcels)
    const compaction =
      !isPrefix && isMostlyDead(store.log, parcels) ? new Compaction(store.log, store.freshLog()) : undefined
    const { log } = store
    const merge = isPrefix
      ? createMerge(definition, log, { from: store.readState(definition) })
      : createMerge(definition, log, { history: store.freshHistory() })
    const write = (): Promise<() => Promise<void>> =>
      store.write(merge.state, fingerprint, chainOf(parcels, merge.state.parcels.length))
    const commit = async (): Promise<void> => (await write())()
    const { segments } = compaction?.from ?? log
    const next = parcels.slice(merge.state.parcels.length)
    const numbers = next.map(({ id, content }) => segments.find(id, content))
    const unread = next.filter((_, index) => numbers[index] === undefined)
    ahead = openReaderAhead(unread, definition, { signal, ...options })
    if (ahead !== undefined) meanwhile?.()
    const reading = new Reading(definition, log, { afterBatch: () => store.flushIfMuch(), ahead })
    const last = merge.state.parcels.at(-1)
    if (last !== undefined && next.length > 0) reading.pass(log.extractOf(last))
    const read: string[] = []
    let isChanged = !isPrefix
    let committedAt = system.clock.now().getTime()
    for (const [index, parcel] of next.entries()) {
      isChanged = true
      let number = numbers[index]
      let extract: ParcelExtract
      if (number === undefined) {
        try {
          if (signal.aborted) throw new UnsiloError('cancelled', 'interrupted')
          extract = await reading.read(parcel)
          extract.errors.unshift(...((await parcel.faults?.(extract.errors.length > 0)) ?? []))
        } catch (error) {
          if (read.length > 0) await commit()
          throw error
        }
        number = log.addParcel(parcel.id, parcel.content, extract)
        read.push(parcel.id)
      } else {
        extract = compaction?.copy(number) ?? log.extractOf(number)
        if (compaction !== undefined) number = log.addParcel(parcel.id, parcel.content, extract)
        reading.pass(extract)
      }
      merge.add(parcel, number, extract)
      await store.flushIfMuch()
      const now = system.clock.now().getTime()
      if (read.length > 0 && compaction === undefined && now - committedAt > commitEveryMs) {
        await commit()
        committedAt = now
      }
    }
    // While the log is written; who waits for it is told.
    ahead?.close().catch(() => undefined)
    const committed = isChanged ? (await write())() : Promise.resolve()
    // Who waits for it is told.
    committed.catch(() => undefined)
    return { log, state: merge.state, read, committed, hold: () => store.hold(), close: () => store.close() }
  } catch (error) {
    store.close()
    throw error
  } finally {
    await ahead?.close()
  }
}
