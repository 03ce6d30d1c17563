import { UnsiloError, expectUnsiloError } from '../../errors.ts'
import type { Exchanges } from './exchanges.ts'
import { keyOf } from './key.ts'
import { type LonePage, fullPageWarning, lonePageWarnings } from './lone-page.ts'
import { pagesOf } from './pages.ts'
import { itemsAt, valueAt } from '../../system/item-path.ts'
import { scopeOf } from './reader.ts'
import { groupKey } from './state.ts'
import { type StreamRun, noteError } from './stream-run.ts'

export interface WalkTools {
  base: string
  exchanges: Exchanges
  /** Up to when the server's data is known to be complete, in ms since 1970: when the export began. */
  capMs(): number
}

type Group = Readonly<Record<string, unknown>>

/**
 * Asks for a stream's pages, one after another, until there are no more. A failure is noted, and ends this group alone.
 * @throws UnsiloError `parked`, `cancelled`, and those of the disk
 */
export async function walkGroup(run: StreamRun, group: Group, tools: WalkTools): Promise<void> {
  run.groups += 1
  try {
    const end = await walkPages(run, group, tools)
    run.why = end.why
    if (!end.complete) {
      run.isCut = true
      if (end.isMeant !== true) noteError(run, new UnsiloError('incomplete', end.why))
      return
    }
    if (end.mark !== undefined) run.cursors.set(groupKey(run.stream, group), end.mark)
  } catch (error) {
    const failure = expectUnsiloError(error)
    if (stopsAll(failure)) throw failure
    noteError(run, failure)
    run.why = failure.message
  }
}

/** What is not about this request: the others would fail, too, or must not be made. */
function stopsAll({ code }: UnsiloError): boolean {
  return ['cancelled', 'parked', 'io', 'no-space', 'not-permitted', 'config'].includes(code)
}

interface End {
  why: string
  complete: boolean
  /** That it is not complete is what the configuration wants. */
  isMeant?: true | undefined
  /** The group's new cursor. */
  mark?: string | undefined
}

async function walkPages(run: StreamRun, group: Group, tools: WalkTools): Promise<End> {
  const { stream } = run
  const keyOfItem = (item: unknown): string | undefined => keyOf(item, stream.key ?? [])
  const from = run.fromOf(group)
  const highWater = run.highWaterOf(group)
  const name = groupKey(stream, group)
  const parents = scopeOf({}, group)
  const known = run.known.get(name)
  let knownPages = 0
  let knownItems = 0
  /** The stream's first page with records, until another page comes. */
  let lone: LonePage | undefined
  const finish = (why: string, complete = true, isMeant?: true): End => {
    if (complete && knownItems === 0 && known !== undefined) run.warnings.add(gapWarning)
    if ((highWater?.unreadable ?? 0) > 0) run.warnings.add(unreadableWarning)
    return { why, complete, isMeant, mark: complete ? (highWater?.result(tools.capMs()) ?? from) : undefined }
  }
  const count =
    stream.format === 'json'
      ? (body: unknown): number => itemsAt(stream.items, body).items.length
      : (): undefined => undefined
  const pages = pagesOf(stream, { base: tools.base, group, from }, (request) => tools.exchanges.get(request, count))

  for (;;) {
    const next = await pages.next()
    if (next.done === true) {
      const { why, complete, isMeant, skipped } = next.value
      if (skipped === undefined) {
        if (isMeant === true) run.warnings.add(`${why}: there may be more`)
        if (complete && lone !== undefined) addAll(run.warnings, await lonePageWarnings(run, lone))
        return finish(why, complete, isMeant)
      }
      run.skipped += 1
      if (stream.each === undefined) run.warnings.add(why)
      // Of a child, one parent has none; of a whole stream, nothing can be said.
      return { why, complete: stream.each !== undefined, isMeant }
    }
    const { page, items, answer } = next.value
    const { line, body, isGarbled } = answer
    run.pages += 1
    run.firstBody ??= line.body
    run.leaks ||= line.leaks === true
    if (isGarbled) run.warnings.add(garbledWarning)
    const warning =
      page === 1 && line.outcome === undefined ? fullPageWarning(stream, items.length, line.headers) : undefined
    if (warning !== undefined) run.warnings.add(warning)
    lone = run.items === 0 && items.length > 0 && warning === undefined ? { headers: line.headers, body } : undefined
    if (line.outcome !== undefined) continue
    run.items += items.length
    for (const item of items) {
      highWater?.see(item)
      run.hasKey ||= keyOfItem(item) !== undefined
      run.hasCursor ||= stream.cursor !== undefined && valueAt(stream.cursor.field, item) !== undefined
      if (run.previous?.marks !== undefined && run.marks?.belowMark(run.previous.marks, item, parents) === true) {
        run.belowMark += 1
      }
      run.marks?.see(item, parents)
      if (known?.has(keyOfItem(item) ?? '') === true) knownItems += 1
    }
    if (isKnownPage(known, items, keyOfItem)) {
      knownPages += 1
      if (knownPages >= stream.stop!.known_pages) return finish('everything on the page was known')
    } else knownPages = 0
  }
}

const unreadableWarning = 'some values of the cursor’s field are of another kind than `as` says, and are passed over'

const garbledWarning = 'some text is not UTF-8, as JSON has to be; the answers are kept as they are'

const gapWarning =
  'not one record of the last export was seen again: what lay in between may be lost; export more often'

function addAll(set: Set<string>, values: readonly string[]): void {
  for (const value of values) set.add(value)
}

function isKnownPage(
  known: ReadonlySet<string> | undefined,
  items: readonly unknown[],
  keyOfItem: (item: unknown) => string | undefined,
): boolean {
  if (known === undefined || items.length === 0) return false
  return items.every((item) => {
    const key = keyOfItem(item)
    return key !== undefined && known.has(key)
  })
}
