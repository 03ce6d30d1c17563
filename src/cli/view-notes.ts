import { sayHeld } from '../dataset/views/held-lists.ts'
import type { DatasetViewState } from '../dataset/views/views.ts'
import { parcelTime } from '../parcel/id.ts'
import { wrapText } from '../report/table.ts'
import { sayDuration } from '../system/duration.ts'
import { nearestWord } from '../system/nearest.ts'
import { sqlName } from '../view/sql-text.ts'
import { ownColumns } from '../view/column.ts'
import type { ViewDefinition } from '../view/definition.ts'
import type { ViewState } from '../view/store/state.ts'

/** How many gaps, or changes of format, are told one by one: the last ones. */
const most = 5

/** What there is to say of a view, beside its line in the table. @param columns Of the terminal; `undefined`: no line is broken. */
export function noteLines({ dataset, definition, state }: DatasetViewState, columns: number | undefined): string[] {
  const notes = [
    ...emptyNotes(state),
    ...heldNotes(state),
    ...unknownNotes(definition, state),
    ...errorNotes(state, `${sqlName(dataset)}.${sqlName(`${definition.name}_errors`)}`),
    ...gapNotes(state),
    ...unsureNotes(state),
    ...headroomNotes(state),
    ...driftNotes(state),
    ...duplicateNotes(state),
  ]
  const lines = notes.flatMap((note) => (columns === undefined ? `  ${note}` : wrapText(`  ${note}`, columns, '    ')))
  return notes.length === 0 ? [] : ['', `${dataset}/${definition.name}:`, ...lines]
}

/** Lists were there, and nothing in them: most likely they are the wrong ones. */
function emptyNotes({ items, errors, parcels }: ViewState): string[] {
  if (items > 0 || errors > 0 || parcels === 0) return []
  return ['empty: no item was found in any parcel; see in its config.toml whether the view looks in the right place']
}

function heldNotes(state: ViewState): string[] {
  const said = sayHeld(state)
  return said === undefined ? [] : [`items: ${said}`]
}

/** A misspelt name is no mistake that the configuration alone could tell. */
function unknownNotes(
  { ignore, prefer, feed, window, columns }: ViewDefinition,
  { items, fields }: ViewState,
): string[] {
  if (items === 0 || fields === undefined) return []
  const by = window === 'all' ? undefined : window.by
  const paths = [
    ...ignore.map((path) => ['ignore', path] as const),
    ...(by === undefined ? [] : [['window.by', by] as const]),
    ...Object.entries(columns ?? {}).map(([name, { path }]) => [`columns.${name}`, path] as const),
  ]
  const used = [
    ...paths.map(([key, { steps, text }]) => ({ key, field: steps[0], text })),
    // Where columns are named, these are names of them.
    ...(columns === undefined ? Object.keys(prefer) : []).map((field) => ({ key: 'prefer', field, text: field })),
    ...(columns === undefined ? Object.entries(feed ?? {}) : []).map(([role, field]) => {
      return { key: `feed.${role}`, field, text: field }
    }),
  ]
  // In SQL, upper and lower case are the same.
  const known = new Set([...fields, ...ownColumns].map((field) => field.toLowerCase()))
  return used.flatMap(({ key, field, text }) => {
    if (typeof field !== 'string' || known.has(field.toLowerCase())) return []
    // As `repo.name`, which is no column without being made one.
    const [outer] = field.split('.')
    if (field === text && outer !== field && known.has(outer!.toLowerCase())) {
      return [
        `${key}: "${text}" is no column, but within "${outer}": name it in \`columns\`, with the others that you want`,
      ]
    }
    const nearest = nearestWord(field, fields)
    const meant = nearest === undefined ? '' : `: did you mean "${nearest}"?`
    return [`${key}: no item has ${field === text ? '' : `a "${field}" for `}"${text}"${meant}`]
  })
}

function errorNotes({ errors }: ViewState, table: string): string[] {
  return errors === 0 ? [] : [`errors: \`unsilo query 'FROM ${table}'\` says what could not be read, and why`]
}

function gapNotes({ gaps }: ViewState): string[] {
  const told = gaps.slice(-most).map(({ after, before, hours }) => {
    return `gap: ${after} and ${before} do not overlap; what was there only in these ${sayHours(hours)} is in neither`
  })
  return gaps.length > most ? [`gaps: ${gaps.length - most} earlier ones`, ...told] : told
}

function unsureNotes({ unsure }: ViewState): string[] {
  if (unsure === undefined) return []
  const { since, seenBefore, problem, file, path } = unsure
  const what = seenBefore === undefined ? 'absences' : `absences of items last seen before ${seenBefore}`
  const where = [file, path].filter((part) => part !== undefined && part !== '').join(', ')
  return [
    `${what}: not known since ${since}, because of what could not be read: ${where === '' ? '' : `${where}: `}${problem}`,
  ]
}

function headroomNotes({ headroom }: ViewState): string[] {
  if (headroom === undefined) return []
  const { turnover, mostTurnover, longestHours } = headroom
  const limit =
    longestHours === undefined
      ? ''
      : `; parcels would overlap up to ${sayHours(longestHours)} apart, at the rate of late`
  return [
    `headroom: ${sayShare(turnover)} of the window was new in the last parcel, at most ${sayShare(mostTurnover)}${limit}`,
  ]
}

function driftNotes({ drift }: ViewState): string[] {
  return drift.slice(-most).map(({ parcel, field, kind, before, after }) => {
    const how =
      kind === 'type'
        ? `was ${before.join(' or ')} and is ${after.join(' or ')}`
        : kind === 'appeared'
          ? 'is new'
          : 'is gone'
    return `format: field ${field} ${how} since ${parcel} (${parcelTime(parcel).toISOString().slice(0, 10)})`
  })
}

function duplicateNotes({ duplicates }: ViewState): string[] {
  return duplicates === 0
    ? []
    : [`duplicates: ${duplicates} ${duplicates === 1 ? 'item' : 'items'} had the key of another one in the same parcel`]
}

function sayHours(hours: number): string {
  return sayDuration(hours * 3_600_000)
}

function sayShare(share: number): string {
  return `${Math.round(share * 100)} %`
}
