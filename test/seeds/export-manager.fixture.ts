import { type CliRoot, idAgo } from '../support/cli.ts'

/** A parcel that export_manager made. */
export interface OldParcel {
  /** Its age, in ms. */
  ago: number
  /** What is in its file; none: only its row in `metrics.csv` is left, as after a clean. */
  content?: string
  /** The value of the metric `tasks`. */
  tasks?: string
}

/** The configuration that the README of export_manager shows, with a command that any machine has. */
export const readmeConfig = `# Command to invoke. $PARCEL_PATH will be set to ~/exports/todoist/data/DATETIME
# $DATASET_PATH is also available and will be set to ~/exports/todoist
cmd = "printf 'task\\ntask\\ntask\\n' > $PARCEL_PATH.txt"
# Only get a new export if the last one is at least 1 day old.
interval = "1 day"
# Only keep the most recent 5 successful exports.
# If you don't specify this, export_manager will not delete old exports.
keep = 5
metrics.tasks.cmd = "grep -c task $PARCEL_PATH"
`

/**
 * Makes a dataset as export_manager 0.x leaves it: no ledger, `metrics.csv` with CR LF, a pair of logs for each parcel.
 *
 * @returns The ids of the parcels, in the order that they were given.
 */
export function oldDataset(root: CliRoot, name: string, config: string, parcels: readonly OldParcel[]): string[] {
  root.write(`${name}/config.toml`, config)
  for (const folder of ['data', 'incomplete', 'log']) root.write(`${name}/${folder}/.keep`, '')
  const made = parcels.map((parcel) => ({ ...parcel, id: idAgo(parcel.ago) }))
  for (const { id, content } of made) {
    if (content === undefined) continue
    root.write(`${name}/data/${id}.txt`, content)
    root.write(`${name}/log/${id}.out`, '')
    root.write(`${name}/log/${id}.err`, '')
  }
  const hasMetric = made.some(({ tasks }) => tasks !== undefined)
  const rows = made
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, content, tasks }) => [id, 'Y', '1', `${content?.length ?? 15}`, ...(hasMetric ? [tasks ?? ''] : [])])
  const head = ['parcel_id', 'success', 'files', 'bytes', ...(hasMetric ? ['tasks'] : [])]
  // export_manager's first file is a heading without an end of line.
  const text = rows.length === 0 ? head.join(',') : [head, ...rows].map((row) => `${row.join(',')}\r\n`).join('')
  root.write(`${name}/metrics.csv`, text)
  return made.map(({ id }) => id)
}

/** The lines of a `metrics.csv`, without their ends. */
export function metricLines(root: CliRoot, name: string): string[] {
  const lines = root.read(`${name}/metrics.csv`).split('\r\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

/** Parcels in `data/`, by their names. */
export function dataNames(root: CliRoot, name: string): string[] {
  return root.names(`${name}/data`).filter((file) => !file.startsWith('.'))
}
