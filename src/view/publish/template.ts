import { UnsiloError } from '../../errors.ts'

/** Part of a calendar day that a file's name may have. */
const units = ['day', 'month', 'year'] as const
type Unit = (typeof units)[number]

/** A piece of a file's name: text as it is, a column's value, or a day: that of the run, or of a column. */
export type TemplatePart = { text: string } | { column: string } | { unit: Unit; of: string | undefined }

export interface FileTemplate {
  /** As it was written. */
  readonly text: string
  readonly parts: readonly TemplatePart[]
}

export const viewFormats = ['csv', 'ndjson', 'parquet'] as const
export type ViewFormat = (typeof viewFormats)[number]

/**
 * Reads `{form.name}_{day}.csv`, `{form}/{day:created}.csv`.
 *
 * @throws UnsiloError `config`, also for a path that leads out of its folder
 */
export function parseTemplate(text: string): FileTemplate {
  const parts = text.split(/(\{[^{}]*\})/).flatMap((part): TemplatePart[] => {
    if (part === '') return []
    if (!/^\{.+\}$/s.test(part)) {
      if (/[{}]/.test(part)) throw wrong(text, 'has a brace that stands alone')
      return [{ text: part }]
    }
    const inner = part.slice(1, -1)
    const unit = units.find((one) => inner === one || inner.startsWith(`${one}:`))
    if (unit === undefined) return [{ column: inner }]
    const of = inner === unit ? undefined : inner.slice(unit.length + 1)
    if (of === '') throw wrong(text, `names no column after "${unit}:"`)
    return [{ unit, of }]
  })
  const shape = parts.map((part) => ('text' in part ? part.text : 'x')).join('')
  const segments = shape.split('/')
  // eslint-disable-next-line no-control-regex -- these are what must not be in a name
  if (/[\0-\x1f\\]/.test(shape)) throw wrong(text, 'has characters that no name of a file should have')
  if (
    segments.some((segment) => segment === '' || segment === '.' || segment === '..' || segment.startsWith('.unsilo-'))
  )
    throw wrong(text, 'is not a path inside a folder')
  return { text, parts }
}

function wrong(text: string, reason: string): UnsiloError {
  return new UnsiloError('config', `"${text}" ${reason}`, {
    hint: 'Write it like "tasks.csv", "{form.name}_{day}.csv" or "{form.name}/{day:created}.csv".',
  })
}

/** The format that the name's end asks for. */
export function formatOfName(text: string): ViewFormat | undefined {
  return viewFormats.find((format) => text.toLowerCase().endsWith(`.${format}`))
}
