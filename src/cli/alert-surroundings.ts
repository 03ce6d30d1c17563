import { hostname } from 'node:os'
import type { AlertConfigs } from '../alert/config.ts'
import type { AlertSurroundings } from '../alert/deliver.ts'
import { configError } from '../config/problem.ts'
import { loadRoot } from '../config/root-config.ts'
import { readSecret } from '../config/secrets.ts'
import { UnsiloError } from '../errors.ts'
import { systemHttp } from '../system/http.ts'
import { nearestWord } from '../system/nearest.ts'
import type { App } from './app.ts'

/** How long one try to tell somebody may take, in ms. */
const timeoutMs = 30_000

/** What channels need of the outside. */
export function alertSurroundings(app: App): AlertSurroundings {
  const { system, signal } = app.context
  return {
    root: app.root,
    host: hostname(),
    files: system.files,
    clock: system.clock,
    random: () => system.random(),
    http: systemHttp,
    readSecret: (key, reference) => readSecret(system.files, key, reference, app.root),
    signal,
    timeoutMs,
  }
}

/** The channels of `unsilo.toml`. @throws UnsiloError `config` when it is wrong */
export async function loadChannels(app: App): Promise<AlertConfigs> {
  const { root, problems } = await loadRoot(app.context.system.files, app.root)
  if (problems.length > 0) throw configError(problems)
  return root.alerts
}

/** Those that were named; all when none was. @throws UnsiloError `not-found` */
export function chosenChannels(configs: AlertConfigs, names: readonly string[]): AlertConfigs {
  const known = Object.keys(configs)
  if (known.length === 0) {
    throw new UnsiloError('not-found', 'unsilo.toml has no channel for alerts', {
      hint: 'Add a table such as [alerts.mail] to it: docs/alerts.md shows the kinds there are.',
    })
  }
  for (const name of names) {
    if (Object.hasOwn(configs, name)) continue
    const nearest = nearestWord(name, known)
    throw new UnsiloError('not-found', `unsilo.toml has no channel "${name}"`, {
      hint: nearest === undefined ? `It has: ${known.join(', ')}.` : `Did you mean "${nearest}"?`,
    })
  }
  return Object.fromEntries((names.length === 0 ? known : [...new Set(names)]).map((name) => [name, configs[name]!]))
}
