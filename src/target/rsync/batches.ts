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

  /** Works on what waits, until nothing does. */
  const work = async (): Promise<void> => {
    if (busy === lanes) return
    busy += 1
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const { signal } = first
      const batch = waiting.filter((one) => one.signal === signal)
      waiting = waiting.filter((one) => one.signal !== signal)
      await runAll(batch, signal)
    }
    busy -= 1
  }

  return (item, signal) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, signal, resolve, reject })
      // What is asked for in the same moment belongs together.
      queueMicrotask(() => void work())
    })
}
