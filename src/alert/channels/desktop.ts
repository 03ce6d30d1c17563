import { notifyDesktop } from '../../system/notify.ts'
import type { Channel, ChannelSurroundings } from '../channel.ts'
import type { Message } from '../message.ts'
import { sectionText } from '../message-text.ts'
import { shortenTo } from '../shorten.ts'
import { pieces } from './pieces.ts'

const urgency = { info: 'low', warning: 'normal', error: 'critical', critical: 'critical' } as const

export function openDesktop({ timeoutMs }: ChannelSurroundings): Channel {
  return {
    async send(message, signal) {
      const text = textFor(message)
      const program = await notifyDesktop(
        { title: `unsilo: ${message.title}`, text, urgency: urgency[message.severity] },
        { signal, timeoutMs },
      )
      return { said: `${program} ended with 0` }
    },
  }
}

/** A notification has room for a few lines. */
function textFor(message: Message): string {
  const parts = pieces({ ...message, report: undefined }, 3).map((piece) =>
    typeof piece === 'string'
      ? piece
      : sectionText({ ...piece, evidence: [] }, { withTitle: message.sections.length > 1 }),
  )
  return shortenTo(parts.join('\n\n'), 1000)
}
