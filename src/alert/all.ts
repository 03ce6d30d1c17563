import type { Channel, ChannelSurroundings } from './channel.ts'
import type { AlertConfig } from './config.ts'

/** Opens a channel of any kind; the code of each is loaded on first use. Whether it works shows when it sends. */
export async function openChannel(
  name: string,
  config: AlertConfig,
  surroundings: ChannelSurroundings,
): Promise<Channel> {
  switch (config.kind) {
    case 'email':
      return (await import('./channels/email.ts')).openEmail(name, config, surroundings)
    case 'webhook':
      return (await import('./channels/webhook.ts')).openWebhook(name, config, surroundings)
    case 'ntfy':
      return (await import('./channels/ntfy.ts')).openNtfy(name, config, surroundings)
    case 'gotify':
      return (await import('./channels/gotify.ts')).openGotify(name, config, surroundings)
    case 'healthchecks':
      return (await import('./channels/healthchecks.ts')).openHealthchecks(name, config, surroundings)
    case 'command':
      return (await import('./channels/command.ts')).openCommand(name, config, surroundings)
    case 'desktop':
      return (await import('./channels/desktop.ts')).openDesktop(surroundings)
  }
}
