import { createItemWriter, type Item } from './item.ts'
import { createPool } from './pool.ts'
import { createRandom } from './random.ts'

/** `scored` changes the volatile score only; `unsaved` takes an item off the lists, `saved` puts it back. */
export const eventKinds = ['created', 'edited', 'scored', 'unsaved', 'saved', 'deleted'] as const

type EventKind = (typeof eventKinds)[number]

export interface LogEvent {
  readonly at: Date
  readonly kind: EventKind
  readonly id: number
  /** The value after the event; the last one for `deleted`. */
  readonly item: Item
}

export interface AccountOptions {
  seed: number
  start: Date
  /** Creations a day, on average; a burst counts as one. */
  createdPerDay?: number
  /** Share of creations that come as a burst: two to six items in the same instant. */
  burstShare?: number
  /** Share of the existing items that is edited in a day, newer ones rather than older. So are the next three. */
  editRate?: number
  scoreRate?: number
  deleteRate?: number
  /** Share of the listed items that is un-saved in a day. */
  unsaveRate?: number
  /** Share of the un-saved items that is saved again in a day. */
  resaveRate?: number
  /** Median length of a body, in words: few for an account of a million items. */
  bodyWords?: number
}

/** An account at a service, in simulated time. What happens depends on the options alone, not on the steps it is advanced in. */
export interface Account {
  /** Everything that has happened, in order of time: the oracle. */
  readonly log: readonly LogEvent[]
  readonly now: Date
  /** Lives on until `time`, included. @throws RangeError when that is in the past */
  advanceTo(time: Date): void
}

const dayMs = 86_400_000
const usual = {
  createdPerDay: 10,
  burstShare: 0.05,
  editRate: 0.005,
  scoreRate: 0.02,
  deleteRate: 0.0005,
  unsaveRate: 0.001,
  resaveRate: 0.02,
  bodyWords: 20,
}

export function createAccount(options: AccountOptions): Account {
  const settings = { ...usual, ...options }
  const random = createRandom(options.seed)
  const writer = createItemWriter(random, settings.bodyWords)
  const log: LogEvent[] = []
  const listed = createPool()
  const unsaved = createPool()
  const current = new Map<number, Item>()
  const former = new Map<number, Item>()
  let now = options.start
  let lastId = 30_000_000

  const existing = (): number => listed.size + unsaved.size
  const perDay: Record<EventKind, () => number> = {
    created: () => settings.createdPerDay,
    edited: () => settings.editRate * existing(),
    scored: () => settings.scoreRate * existing(),
    deleted: () => settings.deleteRate * existing(),
    unsaved: () => settings.unsaveRate * listed.size,
    saved: () => settings.resaveRate * unsaved.size,
  }
  const totalPerDay = (): number => eventKinds.reduce((sum, kind) => sum + perDay[kind](), 0)
  // Whole milliseconds, at least one: events of different instants never share one.
  const waitMs = (): number => Math.ceil(random.waiting(totalPerDay()) * dayMs)
  const drawKind = (): EventKind => {
    let left = random.fraction() * totalPerDay()
    return eventKinds.find((kind) => (left -= perDay[kind]()) < 0) ?? 'created'
  }
  const drawExisting = (): number => (random.fraction() * existing() < listed.size ? listed : unsaved).draw(random)

  const record = (at: Date, kind: EventKind, id: number, item: Item): void => {
    current.set(id, item)
    log.push({ at, kind, id, item })
  }
  const change = (at: Date, kind: EventKind, id: number, next: (item: Item) => Item): void => {
    const item = current.get(id)
    if (item === undefined) throw new Error(`no item ${id}`)
    record(at, kind, id, next(item))
    if (kind === 'edited') former.set(id, item)
  }
  const happen: Record<EventKind, (at: Date) => void> = {
    created: (at) => {
      for (let left = random.chance(settings.burstShare) ? random.integer(2, 6) : 1; left > 0; left--) {
        lastId += random.integer(1, 90)
        listed.add(lastId)
        record(at, 'created', lastId, writer.write(lastId, at))
      }
    },
    edited: (at) => {
      const id = drawExisting()
      change(at, 'edited', id, (item) => writer.edit(item, former.get(id), at))
    },
    scored: (at) => change(at, 'scored', drawExisting(), (item) => writer.vote(item)),
    deleted: (at) => {
      const id = drawExisting()
      change(at, 'deleted', id, (item) => item)
      ;(listed.has(id) ? listed : unsaved).remove(id)
      current.delete(id)
      former.delete(id)
    },
    unsaved: (at) => {
      const id = listed.draw(random)
      listed.remove(id)
      unsaved.add(id)
      change(at, 'unsaved', id, (item) => item)
    },
    saved: (at) => {
      const id = unsaved.draw(random)
      unsaved.remove(id)
      listed.add(id)
      change(at, 'saved', id, (item) => writer.saveAgain(item, at))
    },
  }

  let nextMs = now.getTime() + waitMs()
  return {
    log,
    get now() {
      return now
    },
    advanceTo(time) {
      if (time < now) throw new RangeError(`the account is at ${now.toISOString()}, past ${time.toISOString()}`)
      for (; nextMs <= time.getTime(); nextMs += waitMs()) happen[drawKind()](new Date(nextMs))
      now = time
    },
  }
}
