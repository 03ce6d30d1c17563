import { type ParcelId, parcelTime } from '../../parcel/id.ts'
import type { StoredParcel } from '../../parcel/store.ts'
import type { ViewDefinition } from '../../view/definition.ts'
import { badFile } from '../../view/input/bad.ts'
import { impliedKind, inputKindOf } from '../../view/input/kind.ts'
import { readItemBatches } from '../../view/input/read-items.ts'
import type { KnownItems } from '../../view/input/json/known-items.ts'
import type { BadItem, Found } from '../../view/item.ts'
import type { Lend, LentSource, ViewParcel } from '../../view/store/view-parcel.ts'
import type { Context, Dataset } from '../dataset.ts'
import { type History, type SealedParcel, isEvent, sealedParcels } from '../history.ts'
import type { LentParcel, ParcelLender } from '../packs/lend.ts'
import { type ParcelDamage, openParcelDamage } from './parcel-damage.ts'
import { sealFacts } from './seal-facts.ts'
import { readStreamItems } from './stream-items.ts'

/** The parcels that a view is made of, oldest first: all that are sealed. @param lender Open for as long as they are read. */
export function viewParcels(
  dataset: Dataset,
  context: Context,
  history: History,
  definition: ViewDefinition,
  lender: Pick<ParcelLender, 'borrow'>,
): ViewParcel[] {
  const reading: Reading = { dataset, context, definition, lender, damage: openParcelDamage(dataset, context, history) }
  return sealedParcels(history).map((parcel) => new SealedViewParcel(parcel, reading))
}

/** What the parcels of a view share. */
interface Reading {
  dataset: Dataset
  context: Context
  definition: ViewDefinition
  lender: Pick<ParcelLender, 'borrow'>
  damage: ParcelDamage
}

/** There are thousands of them, of which few are read: what that needs is not made before. */
class SealedViewParcel implements ViewParcel, Lend {
  readonly id: ParcelId
  readonly isEvidence: boolean
  readonly content: string
  readonly #parcel: SealedParcel
  readonly #reading: Reading
  #isLost = false

  constructor(parcel: SealedParcel, reading: Reading) {
    const { id, state, ended } = parcel
    const { damage } = reading
    const sealed = isEvent(ended, 'sealed') ? sealFacts(ended.line) : undefined
    this.id = id
    // What is suspect or damaged may lack anything, as may what was accepted although it is not whole.
    this.isEvidence = state === 'good' && sealed?.isWhole !== false && !damage.isKnown(parcel)
    this.content = damage.contentOf(parcel, sealed?.sha256)
    this.#parcel = parcel
    this.#reading = reading
  }

  get at(): Date {
    return parcelTime(this.id)
  }

  async *read(known: KnownItems | undefined): AsyncGenerator<readonly Found[]> {
    const { dataset, context, definition } = this.#reading
    const reading = { signal: context.signal, files: context.system.files, known }
    let lent: LentParcel
    try {
      lent = await this.#borrow()
    } catch (error) {
      // Its pack is damaged: the other parcels are there all the same.
      yield [badFile(error, '', context.signal)]
      return
    }
    try {
      const { path } = lent.stored
      if (definition.stream === undefined) yield* readItemBatches({ ...lent.stored, id: this.id }, definition, reading)
      else yield* readStreamItems(dataset, path, definition, reading)
    } finally {
      await lent.release()
    }
  }

  get lend(): Lend | undefined {
    return isPlainFile(this.#parcel.stored, this.#reading.definition) ? this : undefined
  }

  sizeBytes(): number {
    const { path, packed } = this.#parcel.stored
    return packed?.parcel.bytes ?? this.#reading.context.system.files.info(path)?.sizeBytes ?? 0
  }

  async borrow(): Promise<LentSource> {
    const { stored, release } = await this.#borrow()
    const { id, path, isFolder, extension } = stored
    return { source: { id, path, isFolder, extension }, release }
  }

  faults(hasErrors: boolean): Promise<BadItem[]> {
    return this.#reading.damage.faultsOf(this.#parcel, { hasErrors, isLost: this.#isLost })
  }

  async #borrow(): Promise<LentParcel> {
    this.#isLost = true
    const lent = await this.#reading.lender.borrow(this.#parcel.stored)
    this.#isLost = false
    return lent
  }
}

/** One file, and none that other files have to be made of to read it. */
function isPlainFile({ isFolder, extension }: StoredParcel, definition: ViewDefinition): boolean {
  if (isFolder || definition.stream !== undefined) return false
  const kind = inputKindOf(extension).kind ?? impliedKind(definition)
  return kind !== undefined && kind !== 'zip' && kind !== 'tar' && kind !== 'sqlite'
}
