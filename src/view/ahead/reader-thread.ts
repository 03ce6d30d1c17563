// Runs in a thread of its own, which `ReaderAhead` starts.
import { parentPort, workerData } from 'node:worker_threads'
import { UnsiloError } from '../../errors.ts'
import { systemFiles } from '../../system/files.ts'
import type { ItemsDefinition } from '../definition.ts'
import type { ParcelSource } from '../input/inputs.ts'
import { KnownItems } from '../input/json/known-items.ts'
import { knownAgain } from '../input/known-again.ts'
import { readItemBatches } from '../input/read-items.ts'
import { packBatch } from './packed-batch.ts'
import { type Answer, type Order, type SentDefinition, receivedDefinition, sentError } from './reading-order.ts'

/** Batches of so many bytes may be on their way, and one more. */
const mostOnTheWay = 16 * 1024 * 1024

const { signal } = new AbortController()
const definition: ItemsDefinition = receivedDefinition(workerData as SentDefinition)
let known = new KnownItems()
/** Bytes of batches that were not taken yet, and who waits for them to be. */
const onTheWay = { bytes: 0, wake: (): void => undefined }
let last: Promise<void> = Promise.resolve()

parentPort!.on('message', (order: Order) => {
  if ('taken' in order) {
    onTheWay.bytes -= order.taken
    onTheWay.wake()
  } else last = last.then(() => read(order.read))
})

async function read(parcel: ParcelSource | undefined): Promise<void> {
  try {
    const batches =
      parcel === undefined ? [] : readItemBatches(parcel, definition, { signal, files: systemFiles, known })
    for await (const batch of knownAgain(batches, known)) {
      while (onTheWay.bytes > mostOnTheWay) await new Promise<void>((resolve) => (onTheWay.wake = resolve))
      const packed = packBatch(batch)
      onTheWay.bytes += packed.bytes.length
      say({ batch: packed }, [packed.bytes.buffer, packed.rows.buffer])
    }
    known = known.next()
    say({ end: true })
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
    say({ failure: sentError(error) })
  }
}

function say(answer: Answer, moved: ArrayBuffer[] = []): void {
  parentPort!.postMessage(answer, moved)
}
