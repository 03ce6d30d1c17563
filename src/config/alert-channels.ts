import * as z from 'zod'
import { type AlertConfigs, alertConfig } from '../alert/config.ts'
import { checkValues, placeProblems } from './check.ts'
import type { ConfigProblem } from './problem.ts'
import type { TomlFile } from './toml-file.ts'
import { isTable } from './values.ts'

const channelName = z
  .string()
  .regex(/^[a-z0-9_-]+$/, { error: 'the name of a channel has small letters, digits, "-" and "_" only' })

/** `[alerts]` of `unsilo.toml`. */
export const alertChannels = z
  .record(channelName, alertConfig)
  .optional()
  .describe('Channels that tell you what is wrong, by name.')

/** Reads `[alerts]`. A channel with a mistake keeps no other from telling what is wrong. */
export async function loadAlerts(file: TomlFile): Promise<{ alerts: AlertConfigs; problems: ConfigProblem[] }> {
  const written = file.values['alerts']
  const parts = isTable(written) ? Object.entries(written).map(([name, value]) => ({ [name]: value })) : [written]
  const checked = parts.map((part) => checkValues(alertChannels, part))
  return {
    alerts: Object.assign({}, ...checked.map((part) => ('value' in part ? part.value : {}))) as AlertConfigs,
    problems: await placeProblems(
      checked.flatMap((part) => ('problems' in part ? part.problems : [])),
      file,
      ['alerts'],
    ),
  }
}
