import { basename, relative } from 'node:path'
import { UnsiloError } from '../errors.ts'
import { askProgram } from '../system/ask-program.ts'
import { sayEnd } from '../system/processes.ts'
import type { Context, Dataset } from './dataset.ts'

/** What export_manager ignores in a dataset's repository, and what unsilo adds to its folder. */
export const gitIgnore = '.DS_Store\nincomplete/\nlog/\n/secrets*\n.cache/\ntrash/\n.unsilo-*.tmp\n'

/** Of a dataset, what git needs: one that is being made has no configuration yet. */
export type Repository = Pick<Dataset, 'name' | 'layout'>

/** Runs git in the dataset's folder and returns what it printed. @throws UnsiloError `git`, `missing-program` */
export async function runGit(
  dataset: Repository,
  context: Context,
  parameters: readonly string[],
  environment: Record<string, string> = {},
): Promise<string> {
  const { stdout, stderr, ...end } = await askProgram(['git', '-C', dataset.layout.folder, ...parameters], {
    environment: { GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C', ...environment },
    signal: context.signal,
  })
  if (end.status === 0) return stdout
  const said = stderr.trim().split('\n')[0] ?? ''
  throw new UnsiloError('git', `git ${parameters[0]} failed in ${dataset.layout.folder}: ${said || sayEnd(end)}`, {
    hint: hintFor(said, dataset),
  })
}

function hintFor(said: string, dataset: Repository): string {
  if (said.includes('not a git repository')) {
    return `Run \`unsilo init --git ${dataset.name}\`, or remove \`git = true\` from config.toml.`
  }
  if (said.includes('index.lock'))
    return 'Another git is at work there, or was killed: remove .git/index.lock if none is.'
  return 'Run `git status` in that folder; the parcel itself is safe in data/.'
}

/** Commits made where nobody has told git a name are made in unsilo's. */
async function identity(dataset: Repository, context: Context): Promise<Record<string, string>> {
  try {
    await runGit(dataset, context, ['var', 'GIT_COMMITTER_IDENT'])
    return {}
  } catch (error) {
    if (!(error instanceof UnsiloError) || error.code !== 'git') throw error
    const [name, email] = ['unsilo', 'unsilo@localhost']
    return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email }
  }
}

/** Names in `data/` that git does not have as they are now: new ones, removed ones, and those that a broken-off run had staged. */
export async function uncommittedNames(dataset: Dataset, context: Context): Promise<Set<string>> {
  const data = basename(dataset.layout.data)
  // First the one that complains of a missing repository: outside of one `git diff` compares any two files.
  const unstaged = await runGit(dataset, context, ['ls-files', '--others', '--deleted', '-z', '--', data])
  const staged = await runGit(dataset, context, ['diff', '--cached', '--relative', '--name-only', '-z', '--', data])
  const found = unstaged + staged
  return new Set(found.split('\0').flatMap((path) => path.split('/').slice(1, 2)))
}

/** Commits paths of a dataset that is kept in git, with its metrics and its ledger; does nothing for another. */
export async function commitRecords(
  dataset: Dataset,
  context: Context,
  message: string,
  paths: readonly string[],
): Promise<void> {
  if (!dataset.config.git) return
  await commitPaths(dataset, context, message, [...paths, dataset.layout.metrics, dataset.layout.ledger])
}

/**
 * Commits paths of the dataset as they are now: added, changed or removed. Other changes in the repository are left alone.
 *
 * @returns Whether there was anything to commit.
 */
export async function commitPaths(
  dataset: Repository,
  context: Context,
  message: string,
  paths: readonly string[],
): Promise<boolean> {
  const list = async (...parameters: string[]): Promise<Set<string>> =>
    new Set((await runGit(dataset, context, [...parameters, '-z', '--', ...paths])).split('\0'))
  const tracked = await list('ls-files')
  // Removals that a run staged and was killed before it could commit them: neither on the disk nor tracked.
  const stagedRemovals = await list('diff', '--cached', '--relative', '--name-only', '--diff-filter=D')
  const { files } = context.system
  const names = paths.map((path) => relative(dataset.layout.folder, path))
  const toAdd = names.filter(
    (path) => files.info(`${dataset.layout.folder}/${path}`) !== undefined || isAmong(tracked, path),
  )
  const own = names.filter((path) => toAdd.includes(path) || isAmong(stagedRemovals, path))
  if (own.length === 0) return false
  // -f: a user's own ignore rules must not keep a parcel out; -A: a path that is gone becomes a removal.
  if (toAdd.length > 0) await runGit(dataset, context, ['add', '-A', '-f', '--', ...toAdd])
  const changed = await runGit(dataset, context, ['diff', '--cached', '--name-only', '-z', '--', ...own])
  if (changed === '') return false
  const commit = ['commit', '--quiet', '--no-verify', '-m', message, '--', ...own]
  await runGit(dataset, context, commit, await identity(dataset, context))
  return true
}

/** True when the path is among the files, or is a folder of one. */
function isAmong(files: ReadonlySet<string>, path: string): boolean {
  return files.has(path) || [...files].some((file) => file.startsWith(`${path}/`))
}
