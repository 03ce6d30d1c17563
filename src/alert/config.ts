import * as z from 'zod'
import { commandConfig } from './channels/command-config.ts'
import { desktopConfig } from './channels/desktop-config.ts'
import { emailConfig } from './channels/email-config.ts'
import { gotifyConfig } from './channels/gotify-config.ts'
import { healthchecksConfig } from './channels/healthchecks-config.ts'
import { ntfyConfig } from './channels/ntfy-config.ts'
import { webhookConfig } from './channels/webhook-config.ts'
import type { ChannelRules } from './rules.ts'

/** `[alerts.NAME]`: a channel of any kind. */
export const alertConfig = z.discriminatedUnion('kind', [
  emailConfig,
  webhookConfig,
  ntfyConfig,
  gotifyConfig,
  healthchecksConfig,
  commandConfig,
  desktopConfig,
])
export type AlertConfig = z.output<typeof alertConfig>

/** Channels by name, as configured. */
export type AlertConfigs = Readonly<Record<string, AlertConfig>>

/** What a channel is to be told. */
export function rulesOf(name: string, config: AlertConfig): ChannelRules {
  const { min_severity: minSeverity, datasets, resolved, digest, at, on } = config
  const { hour, minute } = at ?? { hour: 7, minute: 0 }
  const time = digest === undefined ? {} : { digest: { every: digest, hour, minute, weekday: on ?? 'monday' } as const }
  return { name, minSeverity, datasets, resolved, ...time }
}
