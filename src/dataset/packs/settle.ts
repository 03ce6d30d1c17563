import { join } from 'node:path'
import { UnsiloError, expectUnsiloError } from '../../errors.ts'
import type { PackedEvent } from '../../ledger/event.ts'
import { appendToLedger, detailsOf } from '../../ledger/ledger.ts'
import { type Pack, type PackedParcel, damagedPack } from '../../parcel/pack-file.ts'
import type { StoredParcel } from '../../parcel/store.ts'
import { hashFile } from '../../parcel/verify.ts'
import { isTemporaryName } from '../../system/replace-file.ts'
import type { Context, Dataset, Problem } from '../dataset.ts'
import { type History, isEvent } from '../history.ts'
import { readDigests } from './check-pack.ts'
import { openDigest } from './digest.ts'
import { entriesOnDisk } from './entries.ts'
import type { ReadablePack } from './read-pack.ts'
import { rebuildIndex } from './rebuild-index.ts'
import { removeOriginals } from './remove-originals.ts'
import { rewritePack } from './rewrite.ts'
import { unpackedByHand } from './unpacked-by-hand.ts'

/** What a killed run has left of packing or unpacking, or what came here with packs that the ledger does not know. */
export interface PackLeftovers {
  /** In `incomplete/`. */
  temporary: string[]
  /** Packs without an index, without their line in the ledger, or with parcels that are also there by themselves. */
  packs: Pack[]
}

export function findPackLeftovers(dataset: Dataset, context: Context, history: History): PackLeftovers {
  const { incomplete } = dataset.layout
  const names = context.system.files.list(incomplete).map(({ name }) => name)
  const temporary = names.filter(isTemporaryName).map((name) => join(incomplete, name))
  if (history.packs.length === 0) return { temporary, packs: [] }
  const named = packedLines(dataset, history)
  const packs = history.packs.filter(
    (pack) => pack.index === undefined || !isNamed(pack, named.get(pack.name)) || doubles(pack, history).length > 0,
  )
  return { temporary, packs }
}

/** The last word of the ledger on each pack. */
function packedLines({ layout }: Dataset, history: History): Map<string, PackedEvent> {
  const lines = new Map<string, PackedEvent>()
  for (const entry of history.entries) {
    if (!isEvent(entry, 'packed')) continue
    const event = detailsOf(entry, layout.ledger)
    lines.set(event.pack, event)
  }
  return lines
}

function isNamed({ bytes, index }: Pack, line: PackedEvent | undefined): boolean {
  if (index === undefined || line?.bytes !== bytes || line.parcels.length !== index.parcels.length) return false
  return index.parcels.every(({ id }, at) => id === line.parcels[at])
}

/** Its parcels that lie in `data/` by themselves, too. */
function doubles({ index }: Pack, history: History): { parcel: PackedParcel; stored: StoredParcel }[] {
  return (index?.parcels ?? []).flatMap((parcel) => {
    const stored = history.get(parcel.id)?.stored
    return stored === undefined || stored.packed !== undefined ? [] : [{ parcel, stored }]
  })
}

/**
 * Ends what was left half done; the caller holds the lock. A pack that is whole gets its line in the ledger, and what it holds goes
 * from `data/`, or from the pack if it was being unpacked. One that is not whole goes when all that it holds is still there by itself;
 * else it is left, and told of.
 */
export async function settlePacks(
  dataset: Dataset,
  context: Context,
  history: History,
): Promise<{ hasChanged: boolean; problems: Problem[] }> {
  const problems: Problem[] = []
  const { temporary, packs } = findPackLeftovers(dataset, context, history)
  for (const path of temporary) await context.system.files.remove(path)
  for (const pack of packs) {
    context.onProgress?.({ dataset: dataset.name, step: 'packing', note: `checking ${pack.name}` })
    try {
      problems.push(...(await settleOne(dataset, context, history, pack)))
    } catch (error) {
      const { code, message, hint } = expectUnsiloError(error)
      if (code === 'cancelled') throw error
      problems.push({ severity: 'error', code, message, hint })
    }
  }
  return { hasChanged: temporary.length + packs.length > 0, problems }
}

async function settleOne(dataset: Dataset, context: Context, history: History, found: Pack): Promise<Problem[]> {
  const { files, clock } = context.system
  const { layout } = dataset
  const pack =
    found.index === undefined ? await rebuildIndex(dataset, context, found) : { ...found, index: found.index }
  const both = doubles(pack, history)
  const isKnown = isNamed(pack, packedLines(dataset, history).get(pack.name))
  const byHand = unpackedByHand(history, dataset)
  const back = both.filter(({ parcel }) => byHand.has(parcel.id))
  if (isKnown && back.length > 0) {
    await rewritePack(dataset, context, {
      name: pack.name,
      old: pack,
      add: [],
      drop: new Set(back.map(({ parcel }) => parcel.id)),
    })
    return []
  }
  if (isKnown && both.length === 0) return []
  const fault = await faultIn(dataset, context, history, pack)
  if (fault !== undefined) {
    if (both.length < pack.index.parcels.length) throw fault
    await files.remove(pack.path)
    await files.sync(layout.data)
    return []
  }
  if (!isKnown) {
    await appendToLedger(files, layout.ledger, clock.now(), {
      event: 'packed',
      pack: pack.name,
      bytes: pack.bytes,
      sha256: await hashFile(files, pack.path, context.signal),
      parcels: pack.index.parcels.map(({ id }) => id),
    })
  }
  return removeDoubles(dataset, context, pack, both)
}

/** Reads all of a pack, and compares it with the seals. */
async function faultIn(
  dataset: Dataset,
  context: Context,
  history: History,
  pack: ReadablePack,
): Promise<UnsiloError | undefined> {
  try {
    const digests = await readDigests(context.system.files, pack, context.signal)
    const wrong = pack.index.parcels.find((parcel, at) => digests[at]!.sha256 !== sealOf(dataset, history, parcel))
    return wrong === undefined ? undefined : damagedPack(pack.path, `${wrong.name} in it is not what was sealed`)
  } catch (error) {
    if (error instanceof UnsiloError && error.code === 'corrupt') return error
    throw error
  }
}

function sealOf({ layout }: Dataset, history: History, { id, sha256 }: PackedParcel): string {
  const ended = history.get(id)?.ended
  return isEvent(ended, 'sealed') ? detailsOf(ended, layout.ledger).sha256 : sha256
}

/** Of each parcel that is there twice, what lies in `data/` goes, if it is the same. */
async function removeDoubles(
  dataset: Dataset,
  context: Context,
  pack: ReadablePack,
  both: readonly { parcel: PackedParcel; stored: StoredParcel }[],
): Promise<Problem[]> {
  const problems: Problem[] = []
  const same: StoredParcel[] = []
  for (const { parcel, stored } of both) {
    const digest = openDigest(stored.isFolder)
    for (const entry of entriesOnDisk(context.system.files, stored)) {
      for await (const _ of digest.add(entry).body())
        if (context.signal.aborted) throw new UnsiloError('cancelled', 'interrupted')
    }
    if (stored.name === parcel.name && digest.end().sha256 === parcel.sha256) same.push(stored)
    else {
      problems.push({
        severity: 'error',
        code: 'clash',
        message: `${stored.path} is not what ${pack.name} holds of ${parcel.id}, which is what was sealed`,
        hint: `If you know where it comes from, and do not need it, remove it; \`unsilo unpack ${dataset.name} ${parcel.id}\` puts the right one there.`,
      })
    }
  }
  await removeOriginals(dataset, context, same)
  return problems
}
