import { join } from 'node:path'
import type { AlertConfigs } from '../alert/config.ts'
import { loadAlerts } from '../config/alert-channels.ts'
import type { RootConfig } from '../config/root-config.ts'
import { type TomlValues, isTable } from '../config/values.ts'
import { UnsiloError } from '../errors.ts'
import type { Files } from '../system/files.ts'
import { replaceFile } from '../system/replace-file.ts'

/** Only its owner may read it: it names accounts and addresses. */
const mode = 0o600

/**
 * The channels to tell: those of `unsilo.toml`, and for those that have a mistake now, or when the whole file cannot be read, the
 * ones that were good the last time. A slip in the configuration must not silence the alarm about it.
 */
export async function knownChannels(
  files: Files,
  { path: root, file, alerts }: RootConfig,
  isUnreadable: boolean,
): Promise<AlertConfigs> {
  const path = join(root, '.unsilo/channels.json')
  const written = isTable(file?.values['alerts']) ? file.values['alerts'] : {}
  const wanted = isUnreadable ? undefined : Object.keys(written).filter((name) => !Object.hasOwn(alerts, name))
  const known = wanted?.length === 0 ? {} : await remembered(files, path, wanted)
  if (!isUnreadable && wanted?.length === 0) await remember(files, root, path, written)
  return { ...known, ...alerts }
}

async function remembered(files: Files, path: string, wanted: readonly string[] | undefined): Promise<AlertConfigs> {
  const values = parse(files.readText(path))
  const chosen = Object.entries(values).filter(([name]) => wanted === undefined || wanted.includes(name))
  if (chosen.length === 0) return {}
  const file = { path, shownPath: path, text: '', values: { alerts: Object.fromEntries(chosen) } }
  return (await loadAlerts(file)).alerts
}

/** That it cannot be remembered is no reason not to alert now. */
async function remember(files: Files, root: string, path: string, written: TomlValues): Promise<void> {
  const text = `${JSON.stringify(written)}\n`
  try {
    const known = files.readText(path)
    if (known === text || (known === undefined && Object.keys(written).length === 0)) return
    files.makeFolder(join(root, '.unsilo'))
    await replaceFile(files, path, text, mode)
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
  }
}

function parse(text: string | undefined): TomlValues {
  try {
    const values: unknown = JSON.parse(text ?? '')
    return isTable(values) ? values : {}
  } catch {
    return {}
  }
}
