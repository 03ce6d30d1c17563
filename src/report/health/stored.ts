import type { Dataset } from '../../dataset/dataset.ts'
import { type History, isEvent } from '../../dataset/history.ts'
import { howToReadPacks, sayUnread } from '../../dataset/packs/unread.ts'
import { sayDamagedLines } from '../../ledger/damaged-lines.ts'
import { detailsOf } from '../../ledger/ledger.ts'
import { type MetricTable, measuredParcels } from '../../metric/metrics-file.ts'
import { parcelTime } from '../../parcel/id.ts'
import { type Warning, warningOf } from '../warnings.ts'

/**
 * A ledger or the index of a pack that cannot be read, or a newest good parcel whose size is not the one that was sealed.
 *
 * @param bytesNow Of the newest good parcel, where that is one file.
 * @param damagedLines Numbers of lines of the ledger that cannot be read.
 */
export function damageWarnings(
  { name, layout }: Dataset,
  history: History,
  bytesNow: number | undefined,
  damagedLines: readonly number[],
): Warning[] {
  const warnings: Warning[] = []
  if (damagedLines.length > 0) {
    warnings.push(
      warningOf('broken', {
        message: sayDamagedLines(layout.ledger, damagedLines),
        hint: 'Mend or remove what is not JSON there; the parcels themselves are not affected.',
      }),
    )
  }
  for (const { path } of history.packs.filter(({ index }) => index === undefined)) {
    warnings.push(
      warningOf('broken', {
        severity: 'critical',
        message: sayUnread(path),
        hint: howToReadPacks({ name }),
      }),
    )
  }
  const { newestGood } = history
  if (newestGood?.stored === undefined || newestGood.stored.isFolder || !isEvent(newestGood.ended, 'sealed')) {
    return warnings
  }
  const { bytes } = detailsOf(newestGood.ended, layout.ledger)
  if (bytesNow === undefined || bytesNow === bytes) return warnings
  warnings.push(
    warningOf('broken', {
      severity: 'critical',
      message: `the newest good parcel, ${newestGood.id}, was changed: it has ${bytesNow} bytes, and ${bytes} were sealed`,
      hint: `Put the right file back at ${newestGood.stored.path}, or export again.`,
    }),
  )
  return warnings
}

/**
 * The newest success, by ledger or metrics, whose data is no longer there though nothing says that it was pruned, or lost when the
 * dataset was restored from a target.
 */
export function goneWarnings(dataset: Dataset, history: History, table: MetricTable): Warning[] {
  const newestSuccess =
    measuredParcels(table).findLast(
      (id) => table.rows.get(id)?.['success'] === 'Y' && history.get(id)?.lost === undefined,
    ) ?? ''
  const newestGone = history.parcels.findLast(({ state, lost }) => state === 'gone' && lost === undefined)?.id ?? ''
  const id = newestSuccess > newestGone ? newestSuccess : newestGone
  const state = history.get(id)?.state
  const isThere =
    state !== undefined && ['good', 'suspect', 'pruned', 'trashed', 'thinned', 'unreadable'].includes(state)
  if (id === '' || isThere || (history.newestGood?.id ?? '') > id) return []
  return [
    warningOf('gone', {
      message: `the newest successful parcel, ${id}, is gone from ${dataset.layout.data}`,
      hint: `Put it back if you moved it; otherwise \`unsilo export ${dataset.name}\` makes a new one.`,
    }),
  ]
}

/** Packs that are not there though nothing says that unsilo removed them, and their parcels are nowhere else in `data/`. */
export function gonePackWarnings({ name, layout }: Dataset, history: History): Warning[] {
  const held = new Map<string, readonly string[]>()
  for (const entry of history.entries) {
    if (isEvent(entry, 'packed')) {
      const { pack, parcels } = detailsOf(entry, layout.ledger)
      held.set(pack, parcels)
    } else if (isEvent(entry, 'unpacked')) {
      const { pack, parcels } = detailsOf(entry, layout.ledger)
      const out = new Set(parcels)
      held.set(pack, held.get(pack)?.filter((id) => !out.has(id)) ?? [])
    }
  }
  for (const pack of history.packs) held.delete(pack.name)
  const packs = [...held].flatMap(([pack, ids]) => {
    const gone = ids
      .map((id) => history.get(id))
      .filter((parcel) => parcel?.state === 'gone' && parcel.lost === undefined)
    return gone.length === 0 ? [] : [{ pack, gone: gone.length, newest: gone.at(-1)!.id }]
  })
  const last = packs.at(-1)
  if (last === undefined) return []
  const count = packs.reduce((sum, { gone }) => sum + gone, 0)
  const what = packs.length === 1 ? `the pack ${last.pack} is` : `${packs.length} packs, such as ${last.pack}, are`
  return [
    warningOf('gone', {
      severity: 'error',
      what: 'a pack is gone',
      message: `${what} gone from ${layout.data}, with ${count === 1 ? 'a parcel' : `${count} parcels`}, and not by unsilo`,
      hint: `Put back what was moved; \`unsilo show ${name} ${last.newest}\` says which targets have that parcel. If it was removed on purpose, say so with \`accept\` in ${layout.config}.`,
    }),
  ]
}

export function metricWarnings(dataset: Dataset, history: History, table: MetricTable): Warning[] {
  const id = history.newestGood?.id
  if (id === undefined) return []
  const since = parcelTime(id).toISOString()
  const row = table.rows.get(id)
  const hint = `Run \`unsilo metrics recompute ${dataset.name}\`.`
  if (row === undefined) return [warningOf('unmeasured', { message: `metrics of ${id} are missing`, hint, since })]
  const broken = Object.keys(row).filter((metric) => row[metric] === 'ERROR')
  if (broken.length === 0) return []
  const message = `metric ${broken.join(', ')} of ${id} is ERROR`
  return [warningOf('unmeasured', { message, hint: `Mend metrics.${broken[0]}.cmd. ${hint}`, since })]
}
