import { type Address, addressOf } from '../address.ts'
import type { Channel, ChannelSurroundings } from '../channel.ts'
import type { Message } from '../message.ts'
import { messageJson } from '../message-text.ts'
import { discordBody } from './discord.ts'
import { post } from './post.ts'
import { slackBody } from './slack.ts'
import { teamsBody } from './teams.ts'
import type { WebhookConfig } from './webhook-config.ts'

const presets: Record<NonNullable<WebhookConfig['preset']>, (message: Message) => object> = {
  slack: slackBody,
  discord: discordBody,
  teams: teamsBody,
}

export function openWebhook(name: string, config: WebhookConfig, surroundings: ChannelSurroundings): Channel {
  return {
    async send(message, signal) {
      const url = await readAddress(`alerts.${name}.url`, config.url, config.insecure, surroundings)
      const headers: Record<string, string> = {}
      for (const [header, reference] of Object.entries(config.headers ?? {})) {
        headers[header] = await surroundings.readSecret(`alerts.${name}.headers.${header}`, reference)
      }
      const body = (config.preset === undefined ? messageJson : presets[config.preset])(message)
      const isOld = config.preset === 'teams' ? oldConnector : undefined
      return post({ url, headers, body, secrets: Object.values(headers) }, surroundings, signal, isOld)
    },
  }
}

/** Connectors of Teams answer 200 also when they have dropped a message: learn.microsoft.com, "Rate limiting for connectors". */
function oldConnector(text: string): string | undefined {
  return /Webhook message delivery failed/i.test(text) ? 'the message was dropped' : undefined
}

/** @throws UnsiloError `config` */
export async function readAddress(
  key: string,
  address: Address,
  isInsecure: boolean,
  { readSecret }: ChannelSurroundings,
): Promise<URL> {
  return addressOf(typeof address === 'string' ? address : await readSecret(key, address), isInsecure)
}
