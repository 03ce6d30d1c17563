import type { Channel, ChannelSurroundings } from '../channel.ts'
import { textOf } from '../message-text.ts'
import { shortenTo } from '../shorten.ts'
import type { GotifyConfig } from './gotify-config.ts'
import { post } from './post.ts'
import { readAddress } from './webhook.ts'

// From 4 on a phone makes a sound, from 8 on it shows a heads-up (gotify/android, "Message Priorities").
const priority = { info: 2, warning: 5, error: 8, critical: 10 }

export function openGotify(name: string, config: GotifyConfig, surroundings: ChannelSurroundings): Channel {
  return {
    async send(message, signal) {
      const server = await readAddress(`alerts.${name}.url`, config.url, config.insecure, surroundings)
      const token = await surroundings.readSecret(`alerts.${name}.token`, config.token)
      const url = new URL(`${server.pathname.replace(/\/+$/, '')}/message`, server)
      const body = {
        title: shortenTo(message.title, 250),
        message: shortenTo(textOf(message), 16_000),
        priority: config.priority ?? priority[message.severity],
        extras: { 'client::display': { contentType: 'text/plain' } },
      }
      return post({ url, headers: { 'x-gotify-key': token }, body, secrets: [token] }, surroundings, signal)
    },
  }
}
