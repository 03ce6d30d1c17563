import { openTables } from '../query/tables.ts'
import type { ViewTables } from '../store/table-folder.ts'
import type { StoreContext } from '../store/update.ts'

const tables = ['', '_history', '_errors'] as const

/** What is told of a view beside its tables, and has to stay as it is. */
const told = ['items', 'absent', 'versions', 'errors', 'duplicates', 'from', 'to', 'gaps', 'drift'] as const

/** Compares two makings of a view, row by row. @returns What is not the same: names of tables, and of what `views` tells of it. */
export async function differencesBetween(
  name: string,
  before: ViewTables,
  after: ViewTables,
  context: StoreContext,
): Promise<string[]> {
  const differing: string[] = told.filter(
    (key) => JSON.stringify(before.state[key]) !== JSON.stringify(after.state[key]),
  )
  const datasets = [
    { name: 'before', views: [{ name, paths: before.paths }] },
    { name: 'after', views: [{ name, paths: after.paths }] },
  ]
  const mirror = { datasets, own: { parcels: [], metrics: [], ledger: [] } }
  const { files } = context.system
  const open = await openTables(() => Promise.resolve(mirror), { files, signal: context.signal })
  try {
    const answerTo = async (sql: string): Promise<string> => {
      const { columns, batches } = await open.ask(sql)
      const rows: unknown[] = []
      for await (const batch of batches()) rows.push(...batch)
      return JSON.stringify({ columns, rows }, (_, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      )
    }
    for (const suffix of tables) {
      const [old, now] = ['before', 'after'].map((schema) => `"${schema}"."${name}${suffix}"`)
      if ((await answerTo(`FROM ${old!} LIMIT 0`)) !== (await answerTo(`FROM ${now!} LIMIT 0`))) {
        differing.push(`${name}${suffix}`)
        continue
      }
      const rows = `FROM ((FROM ${old!} EXCEPT ALL FROM ${now!}) UNION ALL (FROM ${now!} EXCEPT ALL FROM ${old!})) LIMIT 1`
      if (!(await answerTo(rows)).endsWith('"rows":[]}')) differing.push(`${name}${suffix}`)
    }
    return differing
  } finally {
    open.close()
  }
}
