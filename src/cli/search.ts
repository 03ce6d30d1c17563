import type { Dataset } from '../dataset/dataset.ts'
import { UnsiloError } from '../errors.ts'
import type { Mark, SearchHit } from '../mirror/search/hit.ts'
import { searchFeeds } from '../mirror/search/search.ts'
import { readTime } from '../parcel/read-time.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openDatasets } from './open-datasets.ts'
import { withProgress } from './with-progress.ts'
import { tellProblems } from './tell-problems.ts'

export interface SearchArguments {
  text: string
  datasets: string[]
  limit: number
  since?: string
  until?: string
}

export async function search(
  { text, datasets: names, limit, ...times }: SearchArguments,
  app: App,
): Promise<ExitStatus> {
  const since = times.since === undefined ? undefined : readTime(times.since, 'start')
  const until = times.until === undefined ? undefined : readTime(times.until, 'end')
  if (since !== undefined && until !== undefined && since > until) {
    throw new UnsiloError('usage', '--since is later than --until', { hint: 'Turn them round.' })
  }
  const { datasets, status } = await openDatasets(app, names)
  // What is wrong with the others has been told.
  const isBroken = status !== ExitCode.ok && !hasFeed(datasets)
  const problems: object[] = []
  const found = await withProgress(app, async (context) => {
    const hits: SearchHit[] = []
    if (isBroken) return hits
    const onProblem: Parameters<typeof searchFeeds>[3]['onProblem'] = (dataset, problem) => {
      problems.push({ dataset, ...problem })
      tellProblems(app, dataset, [problem])
    }
    // One more than are shown: that there are more is told.
    const all = searchFeeds(text, datasets, context, { limit: limit + 1, since, until, onProblem })
    for await (const hit of all) hits.push(hit)
    return hits
  })
  const hits = found.slice(0, limit)
  const hasMore = found.length > limit
  if (app.json) app.printJson({ hits: hits.map(hitJson), hasMore, problems })
  else if (!isBroken) tell(hits, hasMore, app)
  return problems.length > 0 ? ExitCode.failed : status
}

function hasFeed(datasets: readonly Dataset[]): boolean {
  return datasets.some(({ config }) => config.views.some(({ feed }) => feed !== undefined))
}

function hitJson({ dataset, view, key, time, title, url, snippet, absentSince }: SearchHit): object {
  return { dataset, view, key, time, title, url, snippet, absentSince }
}

function tell(hits: readonly SearchHit[], hasMore: boolean, app: App): void {
  for (const [index, hit] of hits.entries()) {
    if (index > 0) app.print('')
    for (const line of hitLines(hit, app)) app.print(line)
  }
  if (app.quiet) return
  if (hits.length === 0) app.note('Nothing was found.')
  if (hasMore) app.note(`These are the newest ${hits.length}; there are more: see --limit.`)
}

/** Date, view and title; then a part of the text, and the address. */
function hitLines(hit: SearchHit, app: App): string[] {
  const { dataset, view, time, title, url, snippet, absentSince, titleMarks, snippetMarks } = hit
  const { dim, yellow } = app.colors.out
  const gone = absentSince === undefined ? '' : `  ${yellow(`(gone since ${dayOf(absentSince)})`)}`
  const shownTitle = title === undefined ? '' : `  ${marked(title, titleMarks, app)}`
  const head = `${time === undefined ? 'no date   ' : dayOf(time)}  ${dim(`${dataset}/${view}`)}${shownTitle}${gone}`
  const text = snippet === undefined ? [] : [marked(snippet, snippetMarks, app)]
  return [head, ...[...text, ...(url === undefined ? [] : [dim(plain(url))])].map((line) => `  ${line}`)]
}

/** A text with what was found in another colour; on one line, and without what would steer the terminal. */
function marked(text: string, marks: readonly Mark[], { colors }: App): string {
  let shown = ''
  let end = 0
  for (const [from, to] of marks) {
    shown += plain(text.slice(end, from)) + colors.out.bold(colors.out.cyan(plain(text.slice(from, to))))
    end = to
  }
  return shown + plain(text.slice(end))
}

function plain(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ')
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10)
}
