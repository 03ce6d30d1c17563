import { join } from 'node:path'
import type { Trouble } from '../alert/incident.ts'
import type { Files } from '../system/files.ts'
import { replaceFile } from '../system/replace-file.ts'

/** What put data at risk in a run: a disk that is full or fails, something that is damaged. */
export interface Critical {
  /** Of the error; `delete` and `vanished` whatever that was. */
  code: string
  message: string
  hint?: string | undefined
}

interface Remembered {
  dataset: string
  since: string
  problems: Critical[]
}

const whats: Readonly<Record<string, string>> = {
  'no-space': 'a disk is full',
  corrupt: 'something is damaged',
  io: 'a disk does not take or give what it should',
  delete: 'something could not be deleted',
  vanished: 'records are gone on a server that nobody has asked to delete',
}

function folderOf(root: string): string {
  return join(root, '.unsilo/critical')
}

function pathOf(root: string, dataset: string): string {
  return join(folderOf(root), `${encodeURIComponent(dataset)}.json`)
}

/**
 * Remembers what put data at risk in a dataset's last run, until a run goes well, or the verb that it is about: much of it is in no ledger, because the ledger
 * could not be written. @throws UnsiloError
 */
export async function rememberCritical(
  files: Files,
  root: string,
  dataset: string,
  problems: readonly Critical[],
  now: Date,
): Promise<void> {
  const path = pathOf(root, dataset)
  if (problems.length === 0) {
    if (files.info(path) !== undefined) await files.remove(path)
    return
  }
  const known = parse(files.readText(path))
  const since = known?.since ?? now.toISOString()
  const kept = problems.map(({ code, message, hint }) => ({ code, message, hint }))
  files.makeFolder(folderOf(root))
  await replaceFile(files, path, `${JSON.stringify({ dataset, since, problems: kept })}\n`)
}

/** Forgets one kind of what is remembered of a dataset: it is over. @throws UnsiloError */
export async function forgetCritical(
  files: Files,
  root: string,
  dataset: string,
  isOver: (problem: Critical) => boolean,
): Promise<void> {
  const known = parse(files.readText(pathOf(root, dataset)))
  if (known === undefined || !known.problems.some(isOver)) return
  const left = known.problems.filter((problem) => !isOver(problem))
  await rememberCritical(files, root, dataset, left, new Date(known.since))
}

/** What is remembered, as incidents take it: one for each dataset and kind of risk. What is damaged there is left out. */
export function readCritical(files: Files, root: string): Trouble[] {
  return files
    .list(folderOf(root))
    .filter(({ name }) => name.endsWith('.json'))
    .flatMap(({ name }) => {
      const found = parse(files.readText(join(folderOf(root), name)))
      return found === undefined ? [] : criticalTroubles(found.dataset, found.problems, new Date(found.since))
    })
}

export function criticalTroubles(dataset: string, problems: readonly Critical[], since: Date): Trouble[] {
  const codes = [...new Set(problems.map(({ code }) => code))]
  return codes.map((code): Trouble => {
    const some = problems.filter((problem) => problem.code === code)
    const [first] = some
    const evidence = some.slice(1).map(({ message }) => message)
    return {
      dataset,
      cause: `risk:${code}`,
      severity: 'critical',
      what: whats[code] ?? 'data may be at risk',
      since,
      why: first!.message,
      next: first!.hint ?? `\`unsilo run ${dataset}\` tries again.`,
      ...(evidence.length === 0 ? {} : { evidence }),
    }
  })
}

function parse(text: string | undefined): Remembered | undefined {
  try {
    const found = JSON.parse(text ?? '') as Remembered
    return Array.isArray(found.problems) && !Number.isNaN(Date.parse(found.since)) ? found : undefined
  } catch {
    return undefined
  }
}
