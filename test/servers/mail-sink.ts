import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { onTestFinished } from 'vitest'

export interface MailSink {
  port: number
  /** In the order in which they came. */
  subjects: string[]
  texts: string[]
}

/** A mail server on loopback that takes everything. */
export async function openMailSink(): Promise<MailSink> {
  const sink: MailSink = { port: 0, subjects: [], texts: [] }
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    logger: false,
    onData(stream, _, done) {
      const take = async (): Promise<void> => {
        const mail = await PostalMime.parse(await text(stream))
        sink.subjects.push(mail.subject ?? '')
        sink.texts.push(mail.text ?? '')
        done()
      }
      void take()
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())))
  sink.port = (server.server.address() as AddressInfo).port
  return sink
}
