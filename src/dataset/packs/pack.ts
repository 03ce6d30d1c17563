import { UnsiloError, expectUnsiloError } from '../../errors.ts'
import type { PackedEvent } from '../../ledger/event.ts'
import { type ParcelId, isAheadOf } from '../../parcel/id.ts'
import type { StoredParcel } from '../../parcel/store.ts'
import { longestMatchBytes } from '../../codec/zstd.ts'
import { parcelSize } from '../../metric/size.ts'
import type { Context, Dataset, Problem } from '../dataset.ts'
import { commitRecords } from '../git.ts'
import { type History, readHistory, sealedParcels } from '../history.ts'
import { withLock } from '../lock.ts'
import { contentsOf, notSealed } from '../parcel-contents.ts'
import { awaitedParcels } from '../needed-parcels.ts'
import { verdictsHere } from '../verdicts.ts'
import { type PackCandidate, parcelsToPack } from './plan.ts'
import { type PackOutcome, type PackPlan, type PackedPack, type Packing, sayPacked } from './outcome.ts'
import { removeOriginals } from './remove-originals.ts'
import { unpackedByHand } from './unpacked-by-hand.ts'
import { type Packable, expectReadable, rewritePack } from './rewrite.ts'
import { settlePacks } from './settle.ts'

/** @param wholeMonths As a run does it: a month at a time, and nothing that was unpacked by hand. */
export function planPacks(dataset: Dataset, context: Context, history: History, wholeMonths: boolean): PackPlan {
  const { pack: policy } = dataset.config
  const none = { dataset: dataset.name, packs: [], left: [] }
  if (policy === undefined) return none
  const now = context.system.clock.now()
  const candidates = (because: (id: ParcelId, stored: StoredParcel) => string | undefined): PackCandidate[] =>
    sealedParcels(history)
      .filter(({ stored }) => stored.packed === undefined)
      .map(({ id, stored }) => ({ id, because: because(id, stored) }))
  // Most runs find nothing that is old enough, and need not look further.
  const old = parcelsToPack(
    candidates(() => undefined),
    policy,
    now,
    wholeMonths,
  )
  if (old.packs.size === 0) return none
  const awaited = awaitedParcels(dataset, history)
  const verdicts = verdictsHere(history)
  const byHand = wholeMonths ? unpackedByHand(history, dataset) : new Set<ParcelId>()
  const reasonFor = (id: ParcelId, { name, others }: StoredParcel): string | undefined => {
    if (history.damagedLines > 0) return 'the ledger is damaged'
    if (id === history.newestGood?.id) return 'the newest good parcel'
    if (isAheadOf(id, now)) return 'dated ahead of the clock'
    if (others.length > 0) return `data/ has more than one of it: ${[name, ...others].join(', ')}`
    if (verdicts.get(id)?.ok === false) return 'damaged, as verify has found'
    if (byHand.has(id)) return 'unpacked by hand'
    return awaited.get(id)?.join('; ')
  }
  const { packs, left } = parcelsToPack(candidates(reasonFor), policy, now, wholeMonths)
  return { dataset: dataset.name, packs: [...packs].map(([pack, parcels]) => ({ pack, parcels })), left }
}

/**
 * Packs what the plan says; the caller holds the lock. A pack that cannot be written is a problem, and stops no other: its parcels
 * stay as they are.
 */
export async function carryOutPacks(
  dataset: Dataset,
  context: Context,
  plan: PackPlan,
  history: History,
): Promise<Packing> {
  const done: Packing = { packed: [], problems: [] }
  for (const { pack, parcels } of plan.packs) {
    if (context.signal.aborted) throw new UnsiloError('cancelled', 'interrupted')
    context.onProgress?.({ dataset: dataset.name, step: 'packing', note: pack })
    try {
      await packOne(dataset, context, history, pack, parcels, done)
    } catch (error) {
      const { code, message, hint } = expectUnsiloError(error)
      if (code === 'cancelled') throw error
      done.problems.push({ severity: 'error', code, message: `${pack} was not written: ${message}`, hint })
    }
  }
  return done
}

async function packOne(
  dataset: Dataset,
  context: Context,
  history: History,
  name: string,
  ids: readonly ParcelId[],
  done: Packing,
): Promise<void> {
  const add: Packable[] = []
  for (const id of ids) {
    const record = history.get(id)!
    const stored = record.stored!
    try {
      const { sha256 } = await contentsOf(dataset, context, record)
      add.push({ stored, sha256, bytes: parcelSize(context.system.files, stored.path).bytes })
    } catch (error) {
      const { code, message, hint } = expectUnsiloError(error)
      // It is about this one parcel.
      if (code !== 'corrupt' && code !== 'clash') throw error
      done.problems.push({ severity: 'error', code, message: `${id} is not packed: ${message}`, hint })
    }
  }
  if (add.length === 0) return
  const there = history.packs.find((pack) => pack.name === name)
  const old = there === undefined ? undefined : expectReadable(there)
  const { event, damaged } = await rewritePack(dataset, context, { name, old, add, drop: new Set() })
  for (const stored of damaged) {
    const { code, message, hint } = notSealed(stored.path)
    done.problems.push({ severity: 'error', code, message: `${stored.id} is not packed: ${message}`, hint })
  }
  if (event === undefined) return
  const added = add.filter(({ stored }) => !damaged.includes(stored))
  await removeOriginals(
    dataset,
    context,
    added.map(({ stored }) => stored),
  )
  done.packed.push(packedPack(event, added))
  done.problems.push(...tooLarge(name, added))
}

function packedPack({ pack, bytes }: PackedEvent, added: readonly Packable[]): PackedPack {
  return {
    pack,
    parcels: added.map(({ stored }) => stored.id),
    rawBytes: added.reduce((sum, one) => sum + one.bytes, 0),
    bytes,
  }
}

function tooLarge(name: string, added: readonly Packable[]): Problem[] {
  const count = added.filter(({ bytes }) => bytes > longestMatchBytes).length
  if (count === 0) return []
  const what = count === 1 ? '1 parcel' : `${count} parcels`
  return [
    {
      severity: 'warning',
      code: 'clash',
      message: `${name}: ${what} of more than 128 MiB: what comes again in the next one is too far away to be found`,
      hint: 'Such a pack is as large as its parcels compressed one by one.',
    },
  ]
}

/** Packs what is old enough now. A dry run needs no lock. */
export async function packDataset(dataset: Dataset, context: Context, dryRun: boolean): Promise<PackOutcome> {
  if (dataset.config.pack === undefined) {
    throw new UnsiloError('config', `${dataset.name} does not say what to pack`, {
      hint: `Add \`pack = { after = "30 days" }\` to ${dataset.layout.config}.`,
    })
  }
  const look = (): History => readHistory(context.system.files, dataset.layout)
  if (dryRun) return outcomeOf(planPacks(dataset, context, look(), false), { packed: [], problems: [] })
  return withLock(dataset, context, async () => {
    const settled = await settlePacks(dataset, context, look())
    const history = look()
    const plan = planPacks(dataset, context, history, false)
    const done = await carryOutPacks(dataset, context, plan, history)
    done.problems.unshift(...settled.problems)
    await commitPacks(dataset, context, history, done.packed)
    return outcomeOf(plan, done)
  })
}

function outcomeOf({ dataset, packs, left }: PackPlan, { packed, problems }: Packing): PackOutcome {
  return { dataset, planned: packs, packed, left, problems }
}

async function commitPacks(
  dataset: Dataset,
  context: Context,
  history: History,
  packed: readonly PackedPack[],
): Promise<void> {
  if (packed.length === 0) return
  const originals = packed.flatMap(({ parcels }) => parcels.map((id) => history.get(id)!.stored!.path))
  const paths = packed.map(({ pack }) => `${dataset.layout.data}/${pack}`)
  await commitRecords(dataset, context, `[unsilo] ${sayPacked(packed)}`, [...paths, ...originals])
}
