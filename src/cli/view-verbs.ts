import { type Command, Option } from 'commander'
import type { ItemsArguments } from './items.ts'
import { positiveInteger } from './option-values.ts'
import type { QueryArguments } from './query.ts'
import type { SearchArguments } from './search.ts'
import type { TypesArguments } from './types.ts'
import { datasetNames, lazily, verb } from './verb.ts'

/** The verbs about tables over all parcels. */
export function addViewVerbs(program: Command): void {
  const format = (...choices: string[]): Option => new Option('--format <format>', 'how to print it').choices(choices)
  verb(program, 'query', 'ask the views of all datasets in SQL')
    .argument('<sql>', 'as in: select count(*) from reddit.saved')
    .addOption(format('table', 'json', 'ndjson', 'csv', 'parquet'))
    .option('-o, --output <file>', 'write the answer to this file')
    .action((sql: string, options: Omit<QueryArguments, 'sql'>, command: Command) =>
      lazily(async () => (await import('./query.ts')).query)({ sql, ...options }, command),
    )
  verb(program, 'views', 'what the views hold, what may be missing, and where their format has changed')
    .argument('[dataset...]', datasetNames)
    .action((datasets: string[], _: unknown, command: Command) =>
      lazily(async () => (await import('./views.ts')).views)({ datasets }, command),
    )
  verb(program, 'check', 'whether the views are as their checks say')
    .argument('[dataset...]', datasetNames)
    .action((datasets: string[], _: unknown, command: Command) =>
      lazily(async () => (await import('./check.ts')).check)({ datasets }, command),
    )
  verb(program, 'items', 'the items of a view')
    .argument('<view>', 'as DATASET/VIEW')
    .option('--as-of <time>', 'the view as it was then')
    .addOption(new Option('--history <key>', 'every version of one item').conflicts('asOf'))
    .addOption(format('table', 'json', 'ndjson', 'csv'))
    .action((view: string, options: Omit<ItemsArguments, 'view'>, command: Command) =>
      lazily(async () => (await import('./items.ts')).items)({ view, ...options }, command),
    )
  verb(program, 'search', 'look for a text in all views with a `feed`, the newest first')
    .argument('<text>', 'words that all have to be there, or a "phrase in quotes"')
    .argument('[dataset...]', datasetNames)
    .option('--limit <n>', 'show at most so many', positiveInteger, 20)
    .option('--since <time>', 'only what happened from then on')
    .option('--until <time>', 'only what happened up to then')
    .action((text: string, datasets: string[], options: Omit<SearchArguments, 'text' | 'datasets'>, command: Command) =>
      lazily(async () => (await import('./search.ts')).search)({ text, datasets, ...options }, command),
    )
  verb(program, 'types', 'TypeScript types of the items of all views')
    .option('-o, --output <file>', 'write them to this file')
    .action((options: TypesArguments, command: Command) =>
      lazily(async () => (await import('./types.ts')).types)(options, command),
    )
}
