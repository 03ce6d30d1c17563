import { join } from 'node:path'
import * as z from 'zod'
import type { AlertConfigs } from '../alert/config.ts'
import type { Files } from '../system/files.ts'
import type { TargetConfig } from './target-config.ts'
import { type ValueProblem, checkValues, parseOnce, placeProblems } from './check.ts'
import { commonKeys } from './common-keys.ts'
import { type AcceptedOfRoot, acceptedRootConfig } from './health-keys.ts'
import { rootFileName } from './find-root.ts'
import type { ConfigProblem } from './problem.ts'
import { unknownTargets } from './publish-targets.ts'
import { checkTiming } from './timing.ts'
import { type TomlFile, readTomlFile } from './toml-file.ts'
import { type TomlValues, isTable } from './values.ts'
import { type WatchConfig, watchConfig } from './watch-config.ts'

/** What the root says about all of its datasets. */
export interface RootConfig {
  /** The root folder, absolute. */
  path: string
  /** `unsilo.toml`; `undefined` when there is none, or none that can be read. */
  file: TomlFile | undefined
  /** `[defaults]` as written, and checked: values that a dataset does not give itself. */
  defaults: TomlValues
  /** What `publish` may name; `undefined` when `unsilo.toml` is wrong, so that nobody knows. */
  targets: TargetConfigs | undefined
  /** Warnings of the root that are known. */
  accept: readonly AcceptedOfRoot[]
  /** Days that the root's logs are kept. */
  logDays: number
  /** Who is told what is wrong: the channels without a mistake, whatever else is wrong in the file. */
  alerts: AlertConfigs
  /** Where `watch` leaves what it has seen. */
  watch: WatchConfig
}

/** Targets by name, as configured: their places are not looked at before something is copied. */
type TargetConfigs = Readonly<Record<string, TargetConfig>>

const defaultLogDays = 366

/** The keys of `unsilo.toml` but for targets; `loadAlerts` checks its channels. */
export const commonRootKeys = z.strictObject({
  alerts: z.unknown().optional(),
  defaults: commonKeys
    // These are about one dataset's data.
    .omit({
      cmd: true,
      env: true,
      stdout: true,
      returncodes_ok: true,
      ingest: true,
      metrics: true,
    })
    .check(z.superRefine(checkTiming, { when: () => true }))
    .optional()
    .describe('Values for all datasets that do not give their own.'),
  accept: z
    .array(acceptedRootConfig)
    .default([])
    .describe('Warnings of the report about the root that are known and count for nothing, until a day.'),
  log_days: z.int().min(1).default(defaultLogDays).describe('How many days the logs in `log/` of the root are kept.'),
  watch: watchConfig.prefault({}),
})

type RootKeys = z.output<typeof commonRootKeys> & { targets?: TargetConfigs | undefined }

/** The schemas of all kinds of targets are made for a file that has some. What is wrong is told by the whole schema. */
async function checkRootValues(values: TomlValues): Promise<{ value: RootKeys } | { problems: ValueProblem[] }> {
  const checked = values['targets'] === undefined ? parseOnce(commonRootKeys, values) : undefined
  if (checked?.success === true) return { value: checked.data }
  const { rootKeys } = await import('./root-keys.ts')
  return checkValues(rootKeys, values)
}

export interface RootOptions {
  /** Of the file in that folder. */
  name?: string
  /** The one target that is going to be used; all may be when it is missing. Modules of others are not loaded. */
  target?: string
}

/**
 * Reads and checks `unsilo.toml`. A mistake in it leaves nothing that could be relied on, but for two: a target whose module is at
 * fault stays, and fails when it is used; and channels for alerts are nothing that an export needs, nor do they need anything else.
 */
export async function loadRoot(
  files: Files,
  path: string,
  { name = rootFileName, target }: RootOptions = {},
): Promise<{ root: RootConfig; problems: ConfigProblem[] }> {
  const none = {
    path,
    file: undefined,
    defaults: {},
    targets: {},
    alerts: {},
    accept: [],
    logDays: defaultLogDays,
    watch: { publish: [] },
  }
  const read = readTomlFile(files, join(path, name), name)
  if (read === undefined) return { root: none, problems: [] }
  if ('problem' in read) return { root: { ...none, targets: undefined }, problems: [read.problem] }
  const { file } = read
  if (file.values['alerts'] === undefined) return checkRoot(none, file, files, target)
  // The schemas of all kinds of channels are many; who has none should not wait for them.
  const { loadAlerts } = await import('./alert-channels.ts')
  const { alerts, problems } = await loadAlerts(file)
  const checked = await checkRoot({ ...none, alerts }, file, files, target)
  const all = [...checked.problems, ...problems]
  return { root: checked.root, problems: all.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)) }
}

/** @param none What there is of a root without `unsilo.toml`, and the channels. */
async function checkRoot(
  none: RootConfig,
  file: TomlFile,
  files: Files,
  target: string | undefined,
): Promise<{ root: RootConfig; problems: ConfigProblem[] }> {
  const wrong = { ...none, targets: undefined }
  const checked = await checkRootValues(file.values)
  if ('problems' in checked) return { root: wrong, problems: await placeProblems(checked.problems, file) }
  const { targets = {}, defaults, accept, log_days: logDays, watch } = checked.value
  const unknown = [
    ...(await placeProblems(unknownTargets(defaults?.publish ?? [], targets), file, ['defaults'])),
    ...(await placeProblems(unknownTargets(watch.publish, targets), file, ['watch'])),
  ]
  if (unknown.length > 0) return { root: wrong, problems: unknown }
  const written = file.values['defaults']
  const root = { ...none, file, defaults: isTable(written) ? written : {}, targets, accept, logDays, watch }
  const used = Object.entries(targets).filter(([one]) => target === undefined || one === target)
  if (used.every(([, { kind }]) => kind !== 'plugin')) return { root, problems: [] }
  // The code of modules is loaded on first use.
  const { checkTargetModules } = await import('./plugin-target.ts')
  return { root, problems: await placeProblems(await checkTargetModules(used, none.path, files), file) }
}
