import type { Channel, ChannelSurroundings } from '../channel.ts'
import type { Message } from '../message.ts'
import { textOf } from '../message-text.ts'
import { shortenTo, shortenToBytes } from '../shorten.ts'
import type { NtfyConfig } from './ntfy-config.ts'
import { post } from './post.ts'
import { readAddress } from './webhook.ts'

const priority = { info: 2, warning: 3, error: 4, critical: 5 }
// ntfy shows these names as emoji (docs.ntfy.sh/emojis).
const tag = { info: 'white_check_mark', warning: 'warning', error: 'x', critical: 'rotating_light' }

// Of a longer message ntfy makes an attachment, or refuses it; a request as JSON may have twice as much in all.
const messageBytes = 4096

export function openNtfy(name: string, config: NtfyConfig, surroundings: ChannelSurroundings): Channel {
  const { url, topic, token, insecure, tags = [] } = config
  const read = surroundings.readSecret
  return {
    async send(message, signal) {
      const server = await readAddress(`alerts.${name}.url`, url, insecure, surroundings)
      const isSecret = typeof topic !== 'string'
      const named = isSecret ? await read(`alerts.${name}.topic`, topic) : topic
      const secret = token === undefined ? undefined : await read(`alerts.${name}.token`, token)
      const body = ntfyBody(message, {
        topic: named,
        priority: config.priority ?? priority[message.severity],
        tags: [tag[message.severity], ...tags],
      })
      const headers: Record<string, string> = secret === undefined ? {} : { authorization: `Bearer ${secret}` }
      const secrets = [...(secret === undefined ? [] : [secret]), ...(isSecret ? [named] : [])]
      return post({ url: server, headers, body, secrets }, surroundings, signal)
    },
  }
}

function ntfyBody(message: Message, rest: { topic: string; priority: number; tags: string[] }): object {
  const text = textOf(message)
  const title = shortenTo(message.title, 250)
  for (let bytes = messageBytes; ; bytes -= 256) {
    const body = { ...rest, title, message: shortenToBytes(text, bytes) }
    if (Buffer.byteLength(JSON.stringify(body)) <= 2 * messageBytes || bytes <= 256) return body
  }
}
