import { UnsiloError } from '../errors.ts'
import type { Files } from '../system/files.ts'
import type { Redactor } from '../system/redact.ts'
import { runMetricCommand } from './command.ts'
import type { MetricRow } from './metrics-file.ts'
import { parcelSize } from './size.ts'

export interface MeasureOptions {
  parcelId: string
  /** Whether the parcel is in `data/`. */
  sealed: boolean
  /** Its file or folder, in `data/` or `incomplete/`; `undefined` when the export left nothing. */
  parcelPath: string | undefined
  datasetPath: string
  metrics: Record<string, { cmd: string }>
  timeoutMs: number | undefined
  variables?: Record<string, string>
  redactor?: Redactor | undefined
  signal?: AbortSignal | undefined
}

export interface Measurement {
  row: MetricRow
  /** A metric that failed: its cell is `ERROR`. */
  failures: { metric: string; reason: string }[]
}

/** Measures one parcel. A metric that fails never fails the parcel. @throws UnsiloError `cancelled` */
export async function measureParcel(files: Files, options: MeasureOptions): Promise<Measurement> {
  const { parcelId, parcelPath } = options
  const row: MetricRow = { parcel_id: parcelId, success: options.sealed ? 'Y' : 'N' }
  const failures: Measurement['failures'] = []
  if (parcelPath === undefined) return { row, failures }
  const size = parcelSize(files, parcelPath)
  row['files'] = String(size.files)
  row['bytes'] = String(size.bytes)
  for (const [metric, { cmd }] of Object.entries(options.metrics)) {
    try {
      row[metric] = await runMetricCommand(cmd, { ...options, parcelPath })
    } catch (error) {
      if (!(error instanceof UnsiloError) || error.code === 'cancelled') throw error
      row[metric] = 'ERROR'
      failures.push({ metric, reason: error.message })
    }
  }
  return { row, failures }
}
