import { hostname } from 'node:os'
import type { AlertConfigs } from '../alert/config.ts'
import type { AlertSurroundings } from '../alert/deliver.ts'
import { type ConfigProblem, configError } from '../config/problem.ts'
import { loadRoot } from '../config/root-config.ts'
import { readSecret } from '../config/secrets.ts'
import { UnsiloError } from '../errors.ts'
import type { Http } from '../system/http.ts'
import { nearestWord } from '../system/nearest.ts'
import type { App } from './app.ts'

/** How long one try to tell somebody may take, in ms. */
const timeoutMs = 30_000

/** Most looks have nothing to send, and Node's HTTP and TLS take longer to load than a look at ten datasets. */
const httpOnUse: Http = {
  send: async (request, options) => (await import('../system/http.ts')).systemHttp.send(request, options),
}

/** What channels need of the outside. */
export function alertSurroundings(app: App): AlertSurroundings {
  const { system, signal } = app.context
  return {
    root: app.root,
    host: hostname(),
    files: system.files,
    clock: system.clock,
    random: () => system.random(),
    http: httpOnUse,
    readSecret: (key, reference) => readSecret(system.files, key, reference, app.root),
    signal,
    timeoutMs,
  }
}

/** What `unsilo.toml` says of channels. */
export interface ChosenChannels {
  /** Those without a mistake. */
  configs: AlertConfigs
  /** Mistakes in the others; when none was named, in the rest of the file, too. */
  problems: ConfigProblem[]
}

/**
 * The channels that were named; all when none was. Each stands for itself: a mistake in one keeps no other from being used.
 *
 * @throws UnsiloError `not-found`; `config` when the file cannot be read at all
 */
export async function chooseChannels(app: App, names: readonly string[]): Promise<ChosenChannels> {
  const { root, problems } = await loadRoot(app.context.system.files, app.root)
  const { alerts } = root
  const isUnreadable = problems.some(({ key }) => key === undefined) && Object.keys(alerts).length === 0
  if (isUnreadable) throw configError(problems)
  const wrong = [...new Set(problems.flatMap((problem) => channelOf(problem) ?? []))]
  const chosen = chosenNames([...Object.keys(alerts), ...wrong], names)
  return {
    configs: Object.fromEntries(chosen.flatMap((name) => (Object.hasOwn(alerts, name) ? [[name, alerts[name]!]] : []))),
    problems: names.length === 0 ? problems : problems.filter((one) => chosen.includes(channelOf(one) ?? '')),
  }
}

/** The channel that a problem is about; `undefined` for another part of the file. */
function channelOf({ key }: ConfigProblem): string | undefined {
  return /^alerts\.([\w-]+)/.exec(key ?? '')?.[1]
}

function chosenNames(known: readonly string[], names: readonly string[]): readonly string[] {
  if (known.length === 0) {
    throw new UnsiloError('not-found', 'unsilo.toml has no channel for alerts', {
      hint: 'Add a table such as [alerts.mail] to it: docs/alerts.md shows the kinds there are.',
    })
  }
  for (const name of names) {
    if (known.includes(name)) continue
    const nearest = nearestWord(name, known)
    throw new UnsiloError('not-found', `unsilo.toml has no channel "${name}"`, {
      hint: nearest === undefined ? `It has: ${known.join(', ')}.` : `Did you mean "${nearest}"?`,
    })
  }
  return names.length === 0 ? known : [...new Set(names)]
}
