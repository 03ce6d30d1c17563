import type { Message } from '../message.ts'
import { oneLine, shortenTo } from '../shorten.ts'

interface MailHeaders {
  subject: string
  date: Date
  messageId: string
  references?: string[]
  inReplyTo?: string
  list: { id: { url: string; comment: string } }
  headers: Record<string, string>
  priority: 'high' | 'normal' | 'low'
}

/**
 * What stands above a mail. Message-ID and References come from the incident, so that follow-ups stand below the first mail, and a
 * mail that was sent twice is one.
 *
 * @param from The sender: what an id belongs to is its domain.
 */
export function mailHeaders(message: Message, from: string): MailHeaders {
  const domain = /@([^\s<>@]+?)>?$/.exec(from)![1]!
  const host =
    message.host
      .toLowerCase()
      .replaceAll(/[^a-z0-9.-]+/g, '-')
      .replaceAll(/^[.-]+|[.-]+$/g, '') || 'localhost'
  // Two machines may have incidents of the same id.
  const idOf = (key: string): string => `<unsilo.${key}.${host}@${domain}>`
  const follows = message.follows.map(idOf)
  return {
    subject: shortenTo(oneLine(`[unsilo] ${message.title}`), 200),
    date: message.at,
    messageId: idOf(message.key),
    ...(follows.length === 0 ? {} : { references: follows, inReplyTo: follows[0]! }),
    list: { id: { url: `unsilo.${host}`, comment: 'unsilo' } },
    headers: {
      // No answer by a machine, such as that of somebody on holiday (RFC 3834, 5; the other is Exchange's).
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
    },
    priority: message.severity === 'critical' ? 'high' : 'normal',
  }
}
