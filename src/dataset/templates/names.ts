import { UnsiloError } from '../../errors.ts'

/** A config.toml to begin with, for `init --template`. The texts are apart, so that `--help` need not load them. */
interface TemplateName {
  name: string
  /** What it is for, in a few words. */
  summary: string
  /** What to type when it has been edited. */
  next: 'export' | 'probe' | 'run'
}

/** Ways to export anything first, then services by name. */
export const templateNames = [
  { name: 'command', summary: 'a command that writes files', next: 'export' },
  { name: 'stdout', summary: 'a command that prints the data', next: 'export' },
  { name: 'ingest', summary: 'files that you export by hand, moved in as parcels', next: 'run' },
  {
    name: 'github',
    summary: 'GitHub: your events, your stars, the issues of a repository with their comments',
    next: 'probe',
  },
  { name: 'hypothesis', summary: 'Hypothes.is: your annotations', next: 'probe' },
  { name: 'lastfm', summary: 'Last.fm: everything you have listened to', next: 'probe' },
  { name: 'mastodon', summary: 'Mastodon: your posts, bookmarks and favourites', next: 'probe' },
  { name: 'pinboard', summary: 'Pinboard: all bookmarks', next: 'probe' },
  { name: 'raindrop', summary: 'Raindrop.io: all bookmarks and collections', next: 'probe' },
  { name: 'reddit', summary: 'Reddit: what you saved, upvoted, posted and commented', next: 'probe' },
  {
    name: 'study-server',
    summary: 'a study server: forms and their records, drained if you say so',
    next: 'probe',
  },
  { name: 'todoist', summary: 'Todoist: active tasks, projects, sections, labels, comments', next: 'probe' },
] as const satisfies readonly TemplateName[]

export type Template = (typeof templateNames)[number]

/** @throws UnsiloError `usage` that names them all */
export function templateNamed(name: string): Template {
  const template = templateNames.find((candidate) => candidate.name === name)
  if (template !== undefined) return template
  throw new UnsiloError('usage', `there is no template "${name}"`, { hint: `Choose one of:\n${templateList()}` })
}

/** A line for each template: its name, and what it is for. */
export function templateList(): string {
  const width = Math.max(...templateNames.map(({ name }) => name.length))
  return templateNames.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n')
}
