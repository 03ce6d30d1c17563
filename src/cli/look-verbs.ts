import { type Command, Option } from 'commander'
import { reportFormats } from './report-format.ts'
import type { ReportArguments } from './report.ts'
import { datasetNames, lazily, verb } from './verb.ts'

/** The verbs by which a person looks at datasets. */
export function addLookVerbs(program: Command): void {
  verb(program, 'report', 'can these copies be trusted?')
    .argument('[dataset...]', datasetNames)
    .option('--check', 'end with 1 when there is any warning')
    .option('-a, --all', 'what was looked at in every dataset, also in good ones')
    .addOption(new Option('--format <format>', 'how to write it').choices([...reportFormats]))
    .option('-o, --output <file>', 'into a file, whose name says the format when --format does not')
    .action((datasets: string[], options: Omit<ReportArguments, 'datasets'>, command: Command) =>
      lazily(async () => (await import('./report.ts')).report)({ datasets, ...options }, command),
    )
  verb(program, 'parcels', 'list the parcels of a dataset')
    .argument('<dataset>')
    .option('-a, --all', 'pruned, thinned and skipped ones too')
    .action((dataset: string, options: { all?: boolean }, command: Command) =>
      lazily(async () => (await import('./verbs.ts')).parcels)({ dataset, ...options }, command),
    )
  verb(program, 'show', 'everything about one parcel')
    .argument('<dataset>')
    .argument('<parcel>', 'its id')
    .action((dataset: string, parcel: string, _: unknown, command: Command) =>
      lazily(async () => (await import('./verbs.ts')).show)({ dataset, parcel }, command),
    )
  verb(program, 'log', 'what happened to a dataset, or what an export printed')
    .argument('<dataset>')
    .argument('[parcel]', 'its id')
    .action((dataset: string, parcel: string | undefined, _: unknown, command: Command) =>
      lazily(async () => (await import('./verbs.ts')).log)(
        { dataset, ...(parcel === undefined ? {} : { parcel }) },
        command,
      ),
    )
  verb(program, 'why', 'why a dataset is due, late or suspect, and why each parcel stays or goes')
    .argument('<dataset>')
    .action((dataset: string, _: unknown, command: Command) =>
      lazily(async () => (await import('./verbs.ts')).why)({ dataset }, command),
    )
}
