import type { Message } from '../message.ts'
import { sayOrigin, sectionText } from '../message-text.ts'
import { shortenTo } from '../shorten.ts'
import { pieces } from './pieces.ts'

const color = { info: 0x2e7d32, warning: 0xf9a825, error: 0xc62828, critical: 0x6a1b9a }

// `content` has up to 2,000 characters, the description of an embed 4,096, its footer 2,048, all embeds together 6,000
// (discord.com/developers, "Embed Limits").
const contentUnits = 2000
const descriptionUnits = 4096
const footerUnits = 1000

/** What a webhook of Discord takes. */
export function discordBody(message: Message): object {
  const text = pieces(message, 20).map((piece) =>
    typeof piece === 'string' ? escaped(piece) : `**${escaped(piece.title)}**\n${escaped(sectionText(piece))}`,
  )
  // The title of the only one stands in the content.
  const description = message.sections.length === 1 ? text.join('\n\n').replace(/^\*\*.*\*\*\n/, '') : text.join('\n\n')
  return {
    username: 'unsilo',
    content: shortenTo(`**${escaped(message.title)}**`, contentUnits),
    embeds: [
      {
        ...(description === '' ? {} : { description: shortenTo(description, descriptionUnits) }),
        color: color[message.severity],
        footer: { text: shortenTo(sayOrigin(message), footerUnits) },
        timestamp: message.at.toISOString(),
      },
    ],
    // Whatever stands in it, nobody is called.
    allowed_mentions: { parse: [] },
  }
}

/** Without a meaning in Markdown. */
function escaped(text: string): string {
  return text.replaceAll(/[\\*_~`|>#[\]()-]/g, String.raw`\$&`)
}
