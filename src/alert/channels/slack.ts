import type { Message } from '../message.ts'
import { sayOrigin, sectionText } from '../message-text.ts'
import { shortenTo } from '../shorten.ts'
import { pieces } from './pieces.ts'

const mark = {
  info: ':large_green_circle:',
  warning: ':large_yellow_circle:',
  error: ':red_circle:',
  critical: ':rotating_light:',
}

// A header has up to 150 characters, the text of a section 3,000, a message 50 blocks (docs.slack.dev, Block Kit).
const headerUnits = 150
const sectionUnits = 3000
const mostSections = 20

/** What an incoming webhook of Slack takes. */
export function slackBody(message: Message): object {
  const title = `${mark[message.severity]} ${escaped(message.title)}`
  const text = pieces(message, mostSections).map((piece) =>
    typeof piece === 'string' ? escaped(piece) : `*${escaped(piece.title)}*\n${escaped(sectionText(piece))}`,
  )
  return {
    // Shown in notifications, and where blocks are not.
    text: shortenTo(title, 1000),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: shortenTo(message.title, headerUnits), emoji: false } },
      ...text.map((one) => ({
        type: 'section',
        text: { type: 'mrkdwn', text: shortenEscaped(one, sectionUnits), verbatim: true },
      })),
      {
        type: 'context',
        elements: [{ type: 'mrkdwn', text: shortenEscaped(escaped(sayOrigin(message)), 2000), verbatim: true }],
      },
    ],
  }
}

/** These three have a meaning for Slack, such as calling everybody (docs.slack.dev, "Escaping text"). */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Without half of an escape at the end. */
function shortenEscaped(text: string, units: number): string {
  return shortenTo(text, units).replace(/&[a-z]{0,3}…$/, '…')
}
