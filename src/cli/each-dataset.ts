import type { LoadedConfig } from '../config/load.ts'
import type { Dataset } from '../dataset/dataset.ts'
import { UnsiloError } from '../errors.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { tellError } from './fail.ts'
import { openDatasets } from './open-datasets.ts'

/**
 * Does `action` for each dataset; the failure of one is told, and does not stop the others.
 *
 * @param check Is called once before, and stops them all by what it throws.
 */
export async function eachDataset(
  app: App,
  names: readonly string[],
  action: (dataset: Dataset) => Promise<void>,
  check?: (loaded: LoadedConfig) => void,
): Promise<ExitStatus> {
  const { datasets, loaded, status } = await openDatasets(app, names)
  check?.(loaded)
  const statuses = new Set<ExitStatus>([status])
  for (const dataset of datasets) {
    try {
      await action(dataset)
    } catch (error) {
      if (!(error instanceof UnsiloError) || error.code === 'cancelled') throw error
      statuses.add(tellError(error, { ...app, json: false }))
    }
  }
  const failures = [...statuses].filter((one) => one !== ExitCode.ok)
  return failures.length > 1 ? ExitCode.failed : (failures[0] ?? ExitCode.ok)
}
