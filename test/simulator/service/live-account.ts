import { type Account, type AccountOptions, createAccount, type LogEvent } from '../account.ts'
import { createItemWriter, type Item, type ItemWriter } from '../item.ts'
import { createRandom } from '../random.ts'

/** A simulated account that a test can act in, too. Each act takes a millisecond of its own, so that the log tells what came first. */
export interface LiveAccount extends Account {
  /** Created and not deleted, listed or un-saved. */
  valueOf(id: number): Item | undefined
  isListed(id: number): boolean
  /** Whether there ever was such an item. */
  wasThere(id: number): boolean
  /** All that is listed, in order of creation. */
  listed(): readonly Item[]
  /** Creates items in one instant: all with the same times. */
  add(count?: number): Item[]
  /** Changes an item, and its `updated_at`; without `change` its body. */
  edit(id: number, change?: Partial<Item>): Item
  /** Changes the score, which leaves `updated_at`. */
  vote(id: number): void
  remove(id: number): void
  unsave(id: number): void
  saveAgain(id: number): void
}

/**
 * @param clockOffMs What the service's clock is ahead of the true time. It is in all stamps; the log's `at` is the true time.
 */
export function createLiveAccount(options: AccountOptions, clockOffMs: number): LiveAccount {
  const base = createAccount(options)
  let madeWriter: ItemWriter | undefined
  // Few tests act by themselves, and its vocabulary takes a while.
  const writer = (): ItemWriter =>
    (madeWriter ??= createItemWriter(createRandom(options.seed + 1), options.bodyWords ?? 20))
  const log: LogEvent[] = []
  const items = new Map<number, Item>()
  const listedIds = new Set<number>()
  const everCreated = new Set<number>()
  // Ids grow with the time of creation, so an item added here moves those that come later.
  const movedIds = new Map<number, number>()
  let idShift = 0
  let lastId = 30_000_000
  let known = 0
  let now = options.start
  let shown: readonly Item[] | undefined

  const record = (at: Date, kind: LogEvent['kind'], id: number, item: Item): Item => {
    log.push({ at, kind, id, item })
    items.set(id, item)
    everCreated.add(id)
    if (kind === 'created' || kind === 'saved') listedIds.add(id)
    if (kind === 'unsaved' || kind === 'deleted') listedIds.delete(id)
    if (kind === 'deleted') items.delete(id)
    shown = undefined
    return item
  }
  const absorb = ({ at, kind, id: baseId, item: told }: LogEvent): void => {
    if (kind === 'created' && idShift > 0) movedIds.set(baseId, baseId + idShift)
    const id = movedIds.get(baseId) ?? baseId
    const present = items.get(id)
    if (kind === 'created') lastId = id
    else if (present === undefined) return
    const item = stamped(id === baseId ? told : { ...told, id, url: told.url.replace(String(baseId), String(id)) })
    if (present === undefined || kind === 'edited' || kind === 'created') record(at, kind, id, item)
    else if (kind === 'scored') record(at, kind, id, { ...present, score: item.score })
    else if (kind === 'saved') record(at, kind, id, { ...present, saved_at: item.saved_at })
    else record(at, kind, id, present)
  }
  const stamped = (item: Item): Item =>
    clockOffMs === 0
      ? item
      : {
          ...item,
          created_at: later(item.created_at, clockOffMs),
          updated_at: later(item.updated_at, clockOffMs),
          saved_at: later(item.saved_at, clockOffMs),
        }
  const liveUntil = (time: Date): void => {
    base.advanceTo(time)
    for (; known < base.log.length; known++) absorb(base.log[known]!)
    now = time
  }
  const act = (): Date => {
    liveUntil(new Date(now.getTime() + 1))
    return now
  }
  const existing = (id: number): Item => {
    const item = items.get(id)
    if (item === undefined) throw new RangeError(`there is no item ${id}`)
    return item
  }
  const serverTime = (at: Date): Date => new Date(at.getTime() + clockOffMs)

  return {
    log,
    get now() {
      return now
    },
    advanceTo(time) {
      if (time < now) throw new RangeError(`the account is at ${now.toISOString()}, past ${time.toISOString()}`)
      liveUntil(time)
    },
    valueOf: (id) => items.get(id),
    isListed: (id) => listedIds.has(id),
    wasThere: (id) => everCreated.has(id),
    listed: () => (shown ??= [...items.values()].filter((item) => listedIds.has(item.id))),
    add(count = 1) {
      const at = act()
      return Array.from({ length: count }, () => {
        idShift++
        lastId++
        return record(at, 'created', lastId, writer().write(lastId, serverTime(at)))
      })
    },
    edit(id, change) {
      const at = act()
      const item = existing(id)
      return record(at, 'edited', id, {
        ...item,
        ...(change ?? { body: `${item.body}\n\nEdit ${log.length}.` }),
        updated_at: later(serverTime(at).toISOString(), 0),
      })
    },
    vote: (id) => void record(act(), 'scored', id, writer().vote(existing(id))),
    remove: (id) => void record(act(), 'deleted', id, existing(id)),
    unsave: (id) => void record(act(), 'unsaved', id, existing(id)),
    saveAgain(id) {
      const at = act()
      record(at, 'saved', id, writer().saveAgain(existing(id), serverTime(at)))
    },
  }
}

/** A stamp so much later, in whole seconds. */
function later(stamp: string, ms: number): string {
  return `${new Date(Date.parse(stamp) + ms).toISOString().slice(0, 19)}Z`
}
