/** Does one thing, together with others that are asked for meanwhile. */
export type Batched<Item> = (item: Item, signal: AbortSignal) => Promise<void>

interface Waiting<Item> {
  item: Item
  signal: AbortSignal
  resolve(): void
  reject(error: unknown): void
}

/**
 * For what costs a connection each time: calls that come while `lanes` runs are at work wait, and are then done in one run.
 *
 * @param run All of one signal. When it fails for several, each is done again alone, so that each has its own error.
 * @param isCommon Whether an error is that of all, such as a server that is away.
 */
export function createBatches<Item>(
  lanes: number,
  run: (items: readonly Item[], signal: AbortSignal) => Promise<void>,
  isCommon: (error: unknown) => boolean,
): Batched<Item> {
  let waiting: Waiting<Item>[] = []
  let busy = 0

  const runAll = async (batch: readonly Waiting<Item>[], signal: AbortSignal): Promise<void> => {
    try {
      await run(
        batch.map(({ item }) => item),
        signal,
      )
      for (const { resolve } of batch) resolve()
    } catch (error) {
      if (batch.length === 1 || isCommon(error)) for (const { reject } of batch) reject(error)
      else for (const one of batch) await runAll([one], signal)
    }
  }

  const next = (): void => {
    const first = waiting[0]
    if (first === undefined || busy === lanes) return
    const batch = waiting.filter(({ signal }) => signal === first.signal)
    waiting = waiting.filter(({ signal }) => signal !== first.signal)
    busy += 1
    void runAll(batch, first.signal).then(() => {
      busy -= 1
      next()
    })
  }

  return (item, signal) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, signal, resolve, reject })
      // What is asked for in the same moment belongs together.
      queueMicrotask(next)
    })
}
