import { detailsOf } from '../../ledger/ledger.ts'
import { readMetricsIfWhole } from '../../metric/metrics-file.ts'
import { parcelTime } from '../../parcel/id.ts'
import type { OwnRow, OwnTable, OwnTables } from '../../view/query/own-tables.ts'
import type { Context, Dataset } from '../dataset.ts'
import { isEvent, readHistory } from '../history.ts'
import { damagedHere } from '../verdicts.ts'

/** What unsilo knows of datasets, as rows of the tables in `unsilo`. */
export function ownRows(
  datasets: readonly Dataset[],
  context: Context,
  isWanted: (table: OwnTable) => boolean,
): OwnTables {
  const each = function* <Row>(rowsOf: (dataset: Dataset) => Iterable<Row>): Generator<Row> {
    for (const dataset of datasets) yield* rowsOf(dataset)
  }
  return {
    parcels: isWanted('parcels') ? each((dataset) => parcelRows(dataset, context)) : [],
    metrics: isWanted('metrics') ? each((dataset) => metricRows(dataset, context)) : [],
    ledger: isWanted('ledger') ? each((dataset) => ledgerRows(dataset, context)) : [],
  }
}

function* parcelRows({ name: dataset, layout }: Dataset, { system }: Context): Generator<OwnRow<'parcels'>> {
  const history = readHistory(system.files, layout)
  const damaged = damagedHere(system.files, layout, history)
  for (const parcel of history.parcels) {
    const { id, stored, ended } = parcel
    const state = damaged.has(id) ? 'damaged' : parcel.state
    const { files, bytes, sha256, name } = isEvent(ended, 'sealed')
      ? detailsOf(ended, layout.ledger)
      : { name: stored?.name }
    yield { dataset, parcel: id, time: timeText(parcelTime(id)), state, name, files, bytes, sha256 }
  }
}

function* metricRows({ name: dataset, layout }: Dataset, { system }: Context): Generator<OwnRow<'metrics'>> {
  for (const [parcel, row] of readMetricsIfWhole(system.files, layout.metrics)?.rows ?? []) {
    for (const [metric, value] of Object.entries(row)) {
      if (metric === 'parcel_id' || value === '') continue
      const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value) ? Number(value) : undefined
      yield { dataset, parcel, time: timeText(parcelTime(parcel)), metric, value, number }
    }
  }
}

function* ledgerRows({ name: dataset, layout }: Dataset, { system }: Context): Generator<OwnRow<'ledger'>> {
  for (const { at, event, parcel, line } of readHistory(system.files, layout).entries) {
    yield { dataset, time: at.slice(0, 23).replace('T', ' '), event, parcel, entry: JSON.parse(line) as unknown }
  }
}

function timeText(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ')
}
