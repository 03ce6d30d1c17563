import { formatOfName } from './template.ts'

/** A `[publish_view.NAME]`, as values that may still be of any type. Paths start at it. */
export function publishViewMisfits(
  written: Readonly<Record<string, unknown>>,
  views: readonly string[],
): { path: string[]; message: string; hint: string }[] {
  const { view, sql, file, format, folder } = written
  const found: { path: string[]; message: string; hint: string }[] = []
  if (view === undefined && sql === undefined) {
    found.push({ path: [], message: 'has neither `view` nor `sql`', hint: 'Name the view, or write a question.' })
  }
  if (sql !== undefined) {
    for (const key of ['view', 'columns', 'where', 'order', 'with_absent']) {
      if (written[key] === undefined || written[key] === false) continue
      found.push({
        path: [key],
        message: 'has no use beside `sql`',
        hint: 'Say it in the SQL, or remove one of the two.',
      })
    }
  }
  if (typeof view === 'string' && !views.includes(view)) {
    const hint = views.length === 0 ? `Define it: [views.${view}].` : `There are: ${views.join(', ')}.`
    found.push({ path: ['view'], message: `there is no view "${view}"`, hint })
  }
  // Checked already, or as it was written.
  const name = typeof file === 'object' && file !== null && 'text' in file ? file.text : file
  if (format === undefined && typeof name === 'string' && formatOfName(name) === undefined) {
    found.push({
      path: ['file'],
      message: 'does not say how to write it',
      hint: 'End it in .csv, .ndjson or .parquet, or set `format`.',
    })
  }
  if (typeof folder === 'string' && !/^(?:\/|~(?:\/|$))/.test(folder)) {
    const parts = folder.split('/')
    const own = ['data', 'incomplete', 'log', 'trash', '.cache', '.git', '.', '']
    if (parts.includes('..')) {
      found.push({
        path: ['folder'],
        message: 'leads out of the dataset',
        hint: 'Write a path elsewhere in full: "/srv/tables".',
      })
    } else if (own.includes(parts[0]!)) {
      found.push({
        path: ['folder'],
        message: 'is a folder that unsilo needs itself',
        hint: 'Name another, as in "published".',
      })
    }
  }
  return found
}
