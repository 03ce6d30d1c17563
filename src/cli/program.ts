import { addLookVerbs } from './look-verbs.ts'
import { addViewVerbs } from './view-verbs.ts'
import { Command, Option } from 'commander'
import { templateList } from '../dataset/templates/names.ts'
import { version } from '../version.ts'
import type { GlobalOptions } from './app.ts'
import { collected, positiveInteger, share } from './option-values.ts'
import { addScheduleVerbs } from './schedule-verbs.ts'
import type { PublishArguments } from './publish.ts'
import type { RestoreArguments } from './restore.ts'
import type { RunArguments } from './run.ts'
import type { ThinArguments } from './thin.ts'
import { datasetNames, lazily, verb } from './verb.ts'
import type { VerifyArguments } from './verify.ts'

/** The command line: every verb, its arguments and options. */
export function buildProgram(): Command {
  const program = buildVerbs()
  verb(program, 'completion', 'print the script that makes a shell complete unsilo commands')
    .argument('<shell>', 'bash, zsh, fish or powershell')
    .action((shell: string, _: unknown, command: Command) =>
      lazily(async () => (await import('./completion.ts')).completion)({ shell }, command),
    )
  // What those scripts call.
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .exitOverride()
    .action((words: string[], _: unknown, command: Command) =>
      lazily(async () => (await import('./completion.ts')).complete)({ words }, command),
    )
  return program
}

/** All verbs but those of completion, which is made from them. */
export function buildVerbs(): Command {
  const program = new Command('unsilo')
    .description('Dated, raw, verified copies of what you have in cloud services, databases, devices and folders.')
    .version(version, '-V, --version')
    .option(
      '--root <folder>',
      'the folder of datasets (else UNSILO_ROOT, the nearest parent with unsilo.toml, or here)',
    )
    .option('--json', 'print JSON for programs')
    .option('-q, --quiet', 'print nothing but problems')
    .option('-v, --verbose', 'print each step')
    .option('--log-json', 'problems and steps, on stderr, as a JSON object a line')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, helpWidth: 80, subcommandTerm: sayUsage })
    .addHelpText(
      'after',
      '\nStart with: unsilo init my-dataset\nExit codes: 0 ok, 1 failed, 2 usage, 3 configuration, 4 locked, 130 interrupted',
    )
  addWorkVerbs(program)
  addLookVerbs(program)
  addViewVerbs(program)
  addScheduleVerbs(program)
  addOtherVerbs(program)
  return program
}

/** A verb in the list of verbs: its name and arguments. */
function sayUsage(command: Command): string {
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`
    return argument.required ? `<${name}>` : `[${name}]`
  })
  return [command.name(), ...words].join(' ')
}

function addWorkVerbs(program: Command): void {
  verb(program, 'init', 'create datasets; what exists is left as it is')
    .argument('<dataset...>', 'names; each becomes a folder right in the root')
    .option('-t, --template <name>', 'what config.toml begins with', 'command')
    .option('-g, --git', 'keep the parcels in a git repository')
    .addHelpText('after', `\nTemplates:\n${templateList()}`)
    .action((datasets: string[], options: { template: string; git?: boolean }, command: Command) =>
      lazily(async () => (await import('./init.ts')).init)({ datasets, ...options }, command),
    )
  verb(program, 'run', 'ingest, export what is due, measure, update views, publish, drain, prune')
    .alias('process')
    .argument('[dataset...]', datasetNames)
    .option('-n, --dry-run', 'only say what would be done')
    .option('--concurrency <n>', 'datasets at a time (default: the number of cores)', positiveInteger)
    .addOption(new Option('--scheduled').hideHelp())
    .action((datasets: string[], options: Omit<RunArguments, 'datasets'>, command: Command) =>
      lazily(async () => (await import('./run.ts')).run)({ datasets, ...options }, command),
    )
  verb(program, 'export', 'make one parcel of each dataset now, due or not')
    .argument('<dataset...>', 'names below the root, or paths')
    .option('-p, --parcel-id <id>', 'name the parcel (default: the time now)')
    .option('--concurrency <n>', 'datasets at a time (default: the number of cores)', positiveInteger)
    .action((datasets: string[], options: { parcelId?: string; concurrency?: number }, command: Command) =>
      lazily(async () => (await import('./run.ts')).exportNow)({ datasets, ...options }, command),
    )
  verb(program, 'ingest', 'move a file or folder in as a parcel')
    .argument('<dataset>')
    .argument('<path>', 'the file or folder')
    .option('-p, --parcel-id <id>', 'name the parcel (default: as ingest.time_source says)')
    .action((dataset: string, path: string, options: { parcelId?: string }, command: Command) =>
      lazily(async () => (await import('./verbs.ts')).ingest)({ dataset, path, ...options }, command),
    )
  verb(program, 'prune', 'remove what the `keep` rules let go, and say why')
    .argument('[dataset...]', datasetNames)
    .option('-n, --dry-run', 'only say what would be removed')
    .action((datasets: string[], options: { dryRun?: boolean }, command: Command) =>
      lazily(async () => (await import('./verbs.ts')).prune)({ datasets, ...options }, command),
    )
  verb(program, 'thin', 'move to the trash what other parcels hold, and say where')
    .argument('[dataset...]', 'names below the root, or paths; all that set `thin` when left out')
    .option('-n, --dry-run', 'only say what would go')
    .option('--undo <parcel>', 'bring a parcel back from the trash, or "all"; can be given more than once', collected)
    .action((datasets: string[], options: Omit<ThinArguments, 'datasets'>, command: Command) =>
      lazily(async () => (await import('./thin.ts')).thin)({ datasets, ...options }, command),
    )
  verb(program, 'pack', 'put old parcels together into packs, which are far smaller')
    .argument('[dataset...]', 'names below the root, or paths; all that set `pack` when left out')
    .option('-n, --dry-run', 'only say what would be packed')
    .action((datasets: string[], options: { dryRun?: boolean }, command: Command) =>
      lazily(async () => (await import('./pack.ts')).pack)({ datasets, ...options }, command),
    )
  verb(program, 'unpack', 'put packed parcels back as they were')
    .argument('<dataset>')
    .argument('[what...]', 'ids of parcels, names of packs; all when left out')
    .action((dataset: string, wanted: string[], _: unknown, command: Command) =>
      lazily(async () => (await import('./unpack.ts')).unpack)({ dataset, wanted }, command),
    )
  verb(program, 'publish', 'copy to targets what they lack, the newest first')
    .argument('[dataset...]', datasetNames)
    .option('-T, --target <name>', 'only to this target; can be given more than once', collected)
    .option('--backfill', 'also what the ledger says is there and is gone')
    .option('-n, --dry-run', 'only say what would be copied')
    .action((datasets: string[], options: Omit<PublishArguments, 'datasets'>, command: Command) =>
      lazily(async () => (await import('./publish.ts')).publish)({ datasets, ...options }, command),
    )
  verb(program, 'verify', 'read parcels again, here and at targets, and compare them with their hashes')
    .argument('[dataset...]', datasetNames)
    .option(
      '-T, --target <name>',
      'only at this target; can be given more than once (default: here and at all its targets)',
      collected,
    )
    .addOption(
      new Option('--sample <percentage>', 'of each place this share of the parcels, those first that wait longest')
        .argParser(share)
        .default(0.05, '5%'),
    )
    .addOption(new Option('--all', 'all parcels').conflicts('sample'))
    .action((datasets: string[], options: Omit<VerifyArguments, 'datasets'>, command: Command) =>
      lazily(async () => (await import('./verify.ts')).verify)({ datasets, ...options }, command),
    )
  verb(program, 'drain', 'delete on the server what is safe here')
    .argument('[dataset...]', datasetNames)
    .option('-n, --dry-run', 'only say what would be deleted')
    .action((datasets: string[], options: { dryRun?: boolean }, command: Command) =>
      lazily(async () => (await import('./drain.ts')).drain)({ datasets, ...options }, command),
    )
  verb(program, 'restore', 'copy a parcel back, after its hashes were checked, into an empty folder or database')
    .argument('[dataset]', 'all of them when left out, from a target into an empty root')
    .option('-t, --to <where>', 'a folder, or with --database a URL or a file; it has to be empty or new')
    .option('-p, --parcel <id>', 'the parcel; "latest" is the newest good one, "all" is all of a target', 'latest')
    .option('--raw', 'as it lies there: neither extracted nor decompressed')
    .option('--from <target>', 'restore from a target, instead of from what is here')
    .option('--config <file>', 'the file that defines that target, instead of unsilo.toml')
    .option('--identity <file>', 'a secret key of age, for encrypted copies; may be given again', collected)
    .option('--database <name>', 'restore this database of the parcel')
    .option('--overwrite', 'throw away what the database at --to holds')
    .option('--password-file <file>', 'where the password for --to is kept; else the client finds it itself')
    .option('--password-env <name>', '  in an environment variable')
    .option('--password-command <command>', '  printed by a command')
    .option('--password-credential <name>', '  as a credential of systemd')
    .action((dataset: string | undefined, options: RestoreArguments, command: Command) => {
      const isRootNamed = command.optsWithGlobals<GlobalOptions>().root !== undefined
      const given = { ...options, isRootNamed, ...(dataset === undefined ? {} : { dataset }) }
      return lazily(async () => (await import('./restore.ts')).restore)(given, command)
    })
  verb(program, 'accept', 'a suspect parcel is good after all')
    .argument('<dataset>')
    .argument('<parcel>', 'its id')
    .action((dataset: string, parcel: string, _: unknown, command: Command) =>
      lazily(async () => (await import('./verbs.ts')).accept)({ dataset, parcel }, command),
    )
  verb(
    program,
    'recover',
    'make again all that is derived from parcels: metrics, views, lines of the ledger that are missing',
  )
    .argument('[dataset...]', datasetNames)
    .action((datasets: string[], _: unknown, command: Command) =>
      lazily(async () => (await import('./recover.ts')).recover)({ datasets }, command),
    )
  addMetricsVerbs(program)
}

function addMetricsVerbs(program: Command): void {
  const recompute = async (datasets: string[], options: { parcelId?: string }, command: Command): Promise<void> =>
    lazily(async () => (await import('./verbs.ts')).recompute)({ datasets, ...options }, command)
  const parcelOption = (): Option => new Option('-p, --parcel-id <id>', 'only this parcel')
  const metrics = verb(program, 'metrics', 'measure existing parcels')
  verb(metrics, 'recompute', 'measure existing parcels again')
    .argument('[dataset...]', datasetNames)
    .addOption(parcelOption())
    .action(recompute)
  verb(program, 'reprocess-metrics', 'the same as `metrics recompute`')
    .alias('reprocess_metrics')
    .argument('[dataset...]', datasetNames)
    .addOption(parcelOption())
    .action(recompute)
}

function addOtherVerbs(program: Command): void {
  verb(program, 'wrap', 'run a command and write what it prints to one file, whole or not at all')
    .argument('<path>', 'the file; {utcnow}, {hostname} and {platform} are filled in')
    .argument('[command...]', 'the command, after --')
    .option('-r, --retries <n>', 'tries in all, with a growing wait in between', positiveInteger, 1)
    .addOption(
      new Option('-c, --compress <codec>', 'compress the file').choices(['none', 'gzip', 'zstd']).default('none'),
    )
    .option('--timeout <duration>', 'end the command after so long, as in 30m')
    .option('--require <format>', 'the output must be whole json, ndjson, csv, tsv or xml')
    .passThroughOptions(false)
    .action((path: string, command: string[], options, self: Command) =>
      lazily(async () => (await import('./wrap.ts')).wrap)({ path, command, ...options }, self),
    )
  verb(program, 'probe', 'ask one page of each stream of a REST source, and say what to configure')
    .argument('<dataset>')
    .option('-s, --stream <name>', 'only this stream')
    .action((dataset: string, options: { stream?: string }, command: Command) =>
      lazily(async () => (await import('./probe.ts')).probe)({ dataset, ...options }, command),
    )
  const config = verb(program, 'config', 'check and show the configuration')
  verb(config, 'validate', 'find every mistake in unsilo.toml and the config.toml files')
    .argument('[dataset...]', datasetNames)
    .action((datasets: string[], _: unknown, command: Command) =>
      lazily(async () => (await import('./config.ts')).validate)({ datasets }, command),
    )
  verb(config, 'show', 'every setting of a dataset and where it comes from')
    .argument('[dataset...]', datasetNames)
    .action((datasets: string[], _: unknown, command: Command) =>
      lazily(async () => (await import('./config.ts')).show)({ datasets }, command),
    )
  verb(config, 'schema', 'JSON Schema of config.toml, for editors')
    .option('--of-root', 'that of unsilo.toml instead')
    .action((options: { ofRoot?: boolean }, command: Command) =>
      lazily(async () => (await import('./config.ts')).schema)(options, command),
    )
  const alert = verb(program, 'alert', 'who is told when something is wrong')
  verb(alert, 'test', 'send a test message through channels, and say what came back')
    .argument('[channel...]', 'their names in unsilo.toml; all when left out')
    .action((channels: string[], _: unknown, command: Command) =>
      lazily(async () => (await import('./alert.ts')).test)({ channels }, command),
    )
  verb(alert, 'list', 'what is wrong, and who was told').action((_: unknown, command: Command) =>
    lazily(async () => (await import('./alert.ts')).list)({}, command),
  )
  verb(program, 'doctor', 'find what would keep unsilo from working here')
    .argument('[dataset...]', datasetNames)
    .action((datasets: string[], _: unknown, command: Command) =>
      lazily(async () => (await import('./verbs.ts')).doctor)({ datasets }, command),
    )
}
