import { parcelTime } from '../parcel/id.ts'
import { type DatasetView, type DatasetViewState, readyViews, viewStates } from '../dataset/views/views.ts'
import type { Problem } from '../dataset/dataset.ts'
import { textTable } from '../report/table.ts'
import { sayDuration } from '../system/duration.ts'
import { sqlName } from '../view/sql-text.ts'
import type { ViewState } from '../view/store/state.ts'
import type { App } from './app.ts'
import { eachDataset } from './each-dataset.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { withProgress } from './with-progress.ts'
import { tellProblems } from './tell-problems.ts'

export async function views(args: { datasets: string[] }, app: App): Promise<ExitStatus> {
  const found: DatasetViewState[] = []
  const withTables: DatasetView[] = []
  const failed: { dataset: string; problems: Problem[] }[] = []
  const status = await eachDataset(app, args.datasets, async (dataset) => {
    const problems = await withProgress(app, async (context) => {
      // Only JSON says where the tables are.
      const ready = app.json ? await readyViews(dataset, context) : undefined
      const { views: states, problems: told } = ready ?? (await viewStates(dataset, context))
      found.push(...states)
      withTables.push(...(ready?.views ?? []))
      return told
    })
    if (problems.length > 0) failed.push({ dataset: dataset.name, problems })
  })
  if (app.json) app.printJson({ views: withTables.map(viewJson), problems: failed.flatMap(problemJson) })
  else if (found.length > 0) app.print(viewTable(found, app))
  else if (failed.length === 0 && status === ExitCode.ok)
    app.print('There are no views; docs/views.md says how to define one.')
  for (const { dataset, problems } of failed) tellProblems(app, dataset, problems)
  if (!app.json && !app.quiet) for (const view of found) for (const line of noteLines(view)) app.print(line)
  return failed.length > 0 ? ExitCode.failed : status
}

function viewJson({ dataset, definition, state, paths }: DatasetView): unknown {
  return { dataset, view: definition.name, ...state, tables: paths }
}

function problemJson({ dataset, problems }: { dataset: string; problems: Problem[] }): unknown[] {
  return problems.map((problem) => ({ dataset, ...problem }))
}

function viewTable(found: readonly DatasetViewState[], app: App): string {
  const { dim, yellow } = app.colors.out
  const plain = (text: string): string => text
  const head = ['VIEW', 'ITEMS', 'VERSIONS', 'ABSENT', 'ERRORS', 'PARCELS', 'FROM', 'TO', 'GAPS'].map((text) => ({
    text,
    right: !['VIEW', 'FROM', 'TO'].includes(text),
    paint: dim,
  }))
  const number = (value: number, isDoubtful = false) => ({
    text: String(value),
    right: true,
    paint: isDoubtful && value > 0 ? yellow : plain,
  })
  const rows = found.map(({ dataset, definition, state }) => [
    { text: `${dataset}/${definition.name}` },
    number(state.items),
    number(state.versions),
    number(state.absent),
    number(state.errors, true),
    number(state.parcels),
    { text: dayOf(state.from) },
    { text: dayOf(state.to) },
    number(state.gaps.length, true),
  ])
  return textTable([head, ...rows])
}

function dayOf(id: string | undefined): string {
  return id === undefined ? '' : id.slice(0, 10)
}

/** How many gaps, or changes of format, are told one by one: the last ones. */
const most = 5

function noteLines({ dataset, definition, state }: DatasetViewState): string[] {
  const notes = [
    ...emptyNotes(state),
    ...errorNotes(state, `${sqlName(dataset)}.${sqlName(`${definition.name}_errors`)}`),
    ...gapNotes(state),
    ...unsureNotes(state),
    ...headroomNotes(state),
    ...driftNotes(state),
    ...duplicateNotes(state),
  ]
  return notes.length === 0 ? [] : ['', `${dataset}/${definition.name}:`, ...notes.map((note) => `  ${note}`)]
}

/** Most likely a name is misspelt: a wrong `element`, `items` or `files` finds nothing, and that is no error. */
function emptyNotes({ items, errors, parcels }: ViewState): string[] {
  if (items > 0 || errors > 0 || parcels === 0) return []
  return ['empty: no item was found in any parcel; see in its config.toml whether the view looks in the right place']
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
  return duplicates === 0 ? [] : [`duplicates: ${duplicates} items had the key of another one in the same parcel`]
}

function sayHours(hours: number): string {
  return sayDuration(hours * 3_600_000)
}

function sayShare(share: number): string {
  return `${Math.round(share * 100)} %`
}
