import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Thread, startThread } from '../../system/thread.ts'
import type { ItemsDefinition } from '../definition.ts'
import { badFile } from '../input/bad.ts'
import type { Found } from '../item.ts'
import type { LentSource, ViewParcel } from '../store/view-parcel.ts'
import { unpackBatch } from './packed-batch.ts'
import { type Answer, type Order, receivedError, sentDefinition } from './reading-order.ts'

/** To start a thread takes as long as to read so many bytes in half the time. */
const leastBytes = 64 * 1024 * 1024
/** So many parcels are handed out at once, so that the thread has work while this one is slower. */
const mostLent = 8
/** The thread is told what was taken when it is so many bytes: less than what it waits for. */
const leastTold = 4 * 1024 * 1024

/** Beside the bundle; not beside sources, which only newer versions of Node.js could run. */
const ownScript = new URL('./reader-thread.js', import.meta.url)

/** A parcel that another thread reads, or will. */
interface Turn {
  parcel: ViewParcel
  lent: Promise<LentSource> | undefined
}

export interface AheadOptions {
  signal: AbortSignal
  /** Where there is less to read, it is not worth a thread. Default: 64 MiB. */
  leastBytes?: number
  /** What the thread runs. */
  script?: URL
  /** Default: what this machine has. */
  processors?: number
}

/**
 * Has the items of parcels found in another thread, while this one takes in those of the parcel before.
 *
 * @param parcels In the order in which they will be asked for.
 * @returns `undefined` where one thread has to do, or does as well
 */
export function openReaderAhead(
  parcels: readonly ViewParcel[],
  definition: ItemsDefinition,
  { signal, leastBytes: least = leastBytes, script = ownScript, processors = availableParallelism() }: AheadOptions,
): ReaderAhead | undefined {
  if (processors < 2 || !isWorthIt(parcels, least) || !existsSync(fileURLToPath(script))) return undefined
  return new ReaderAhead(parcels, startThread(script, sentDefinition(definition)), signal)
}

function isWorthIt(parcels: readonly ViewParcel[], least: number): boolean {
  if (parcels.length < 2 || parcels.some(({ lend }) => lend === undefined)) return false
  let bytes = 0
  return parcels.some(({ lend }) => (bytes += lend!.sizeBytes()) >= least)
}

export class ReaderAhead {
  readonly #thread: Thread
  readonly #signal: AbortSignal
  readonly #turns: Turn[]
  /** Bytes that were taken, and not told yet. */
  #taken = 0
  #closing: Promise<void> | undefined

  constructor(parcels: readonly ViewParcel[], thread: Thread, signal: AbortSignal) {
    this.#turns = parcels.map((parcel) => ({ parcel, lent: undefined }))
    this.#thread = thread
    this.#signal = signal
  }

  /**
   * The items of the next parcel; every one has a place.
   * @throws RangeError when it is another one's turn
   */
  async *find({ id }: ViewParcel): AsyncGenerator<readonly Found[]> {
    this.#lend()
    const turn = this.#turns.shift()
    if (turn?.parcel.id !== id) throw new RangeError(`it is not the turn of ${id}`)
    let lent: LentSource | undefined
    try {
      lent = await turn.lent!
    } catch (error) {
      yield [badFile(error, '', this.#signal)]
    }
    try {
      yield* this.#batches()
    } finally {
      await lent?.release()
    }
  }

  /** Ends the thread, and gives back what is lent. May be called again. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    await this.#thread.end()
    for (const { lent } of this.#turns.splice(0)) {
      const source = await lent?.catch(() => undefined)
      await source?.release()
    }
  }

  async *#batches(): AsyncGenerator<readonly Found[]> {
    for (;;) {
      const answer = (await this.#thread.next(this.#signal)) as Answer
      if ('end' in answer) return
      if ('failure' in answer) throw receivedError(answer.failure)
      yield unpackBatch(answer.batch)
      this.#taken += answer.batch.bytes.length
      if (this.#taken < leastTold) continue
      this.#order({ taken: this.#taken })
      this.#taken = 0
    }
  }

  /** Hands the next parcels to the thread, one after the other. */
  #lend(): void {
    let before: Promise<unknown> = Promise.resolve()
    for (const turn of this.#turns.slice(0, mostLent)) {
      turn.lent ??= before.then(() => this.#lendOne(turn.parcel))
      before = turn.lent.catch(() => undefined)
    }
  }

  async #lendOne({ lend }: ViewParcel): Promise<LentSource> {
    try {
      const lent = await lend!.borrow()
      this.#order({ read: lent.source })
      return lent
    } catch (error) {
      this.#order({ read: undefined })
      throw error
    }
  }

  #order(order: Order): void {
    this.#thread.send(order)
  }
}
