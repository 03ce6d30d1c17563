import type { Message } from '../message.ts'
import { sayOrigin } from '../message-text.ts'
import { shortenTo, shortenToBytes } from '../shorten.ts'
import { pieces } from './pieces.ts'

const color = { info: 'good', warning: 'warning', error: 'attention', critical: 'attention' }

// A message has up to 28 KB (learn.microsoft.com, "Limits and specifications for Microsoft Teams").
const messageBytes = 28 * 1024

/** What a workflow of Teams takes that waits for a webhook: an Adaptive Card. */
export function teamsBody(message: Message): object {
  // Less text until the card is small enough: JSON's escapes count, too.
  for (let textBytes = 6000; ; textBytes = Math.floor(textBytes / 2)) {
    const body = card(message, textBytes)
    if (Buffer.byteLength(JSON.stringify(body)) <= messageBytes || textBytes < 20) return body
  }
}

function card(message: Message, textBytes: number): object {
  const short = (text: string): string => shortenToBytes(text, textBytes)
  const body = pieces(message, 20).flatMap((piece): object[] => {
    if (typeof piece === 'string') return [paragraph(short(piece))]
    const { title, facts, evidence } = piece
    return [
      paragraph(short(title), { weight: 'bolder' }),
      ...facts.map(([label, text]) => paragraph(short(`${label}: ${text}`))),
      ...(evidence.length === 0 ? [] : [paragraph(short(evidence.join('\n')), { fontType: 'monospace' })]),
    ]
  })
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          msteams: { width: 'Full' },
          body: [
            paragraph(shortenTo(message.title, 200), {
              weight: 'bolder',
              size: 'large',
              color: color[message.severity],
            }),
            ...body,
            paragraph(short(sayOrigin(message)), { isSubtle: true, size: 'small' }),
          ],
        },
      },
    ],
  }
}

/** Text that is shown as it is: a TextBlock would take it for Markdown. */
function paragraph(text: string, style: object = {}): object {
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text, ...style }] }
}
