import { UnsiloError } from '../../errors.ts'
import { pathFrom } from '../../system/path-from.ts'
import { isLoopback } from '../address.ts'
import type { Channel, ChannelSurroundings } from '../channel.ts'
import type { EmailConfig } from './email-config.ts'
import { explainMail, sayRejected } from './email-error.ts'
import { htmlOf } from './email-html.ts'
import { mailHeaders } from './email-headers.ts'
import { textOf } from '../message-text.ts'

const ports = { starttls: 587, tls: 465, none: 25 }

export function openEmail(name: string, config: EmailConfig, surroundings: ChannelSurroundings): Channel {
  const { host, tls, user, from, to } = config
  const port = config.port ?? ports[tls]
  return {
    async send(message, signal) {
      const { timeoutMs } = surroundings
      const password =
        config.password === undefined ? '' : await surroundings.readSecret(`alerts.${name}.password`, config.password)
      const ca = config.tls_ca === undefined ? undefined : readCertificate(name, config.tls_ca, surroundings)
      const mailer = await loadMailer()
      const transport = mailer.createTransport({
        host,
        port,
        secure: tls === 'tls',
        requireTLS: tls === 'starttls',
        ignoreTLS: tls === 'none',
        tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) },
        ...(user === undefined ? {} : { auth: { user, pass: password } }),
        ...(isLoopback(host) ? { name: 'localhost' } : {}),
        connectionTimeout: timeoutMs,
        greetingTimeout: timeoutMs,
        socketTimeout: timeoutMs,
        dnsTimeout: timeoutMs,
        // Nothing in a message makes it read a file or an address.
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      try {
        const { accepted, rejectedErrors, response } = await transport.sendMail({
          from,
          to,
          signal,
          ...mailHeaders(message, from),
          text: `${textOf(message)}\n`,
          html: htmlOf(message),
          ...(message.report?.html === undefined
            ? {}
            : { attachments: [{ filename: 'report.html', content: message.report.html, contentType: 'text/html' }] }),
        })
        const rejected = sayRejected(rejectedErrors ?? [], password)
        const said = `${response} (for ${accepted.join(', ')})`
        return rejected === undefined ? { said } : { said, complaint: rejected }
      } catch (error) {
        throw explainMail(error, { place: `${host}, port ${port}`, tls, password })
      } finally {
        transport.close()
      }
    },
  }
}

function readCertificate(name: string, path: string, { files, root }: ChannelSurroundings): string {
  const full = pathFrom(root, path)
  const text = files.readText(full)
  if (text !== undefined) return text
  throw new UnsiloError('config', `alerts.${name}.tls_ca: there is no file ${full}`, {
    hint: 'Check the path in unsilo.toml.',
  })
}

type Mailer = Pick<typeof import('nodemailer'), 'createTransport'>

/**
 * Loads nodemailer: only who sends mail should wait for it.
 *
 * @param load For tests.
 * @throws UnsiloError `missing-program` when it is not installed: it is optional
 */
export async function loadMailer(load = async (): Promise<Mailer> => import('nodemailer')): Promise<Mailer> {
  try {
    return await load()
  } catch (error) {
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error
    throw new UnsiloError('missing-program', 'mail needs the package nodemailer, and it is not installed', {
      hint: 'Install it beside unsilo: npm install --global nodemailer (without --global where unsilo is a dependency).',
      cause: error,
    })
  }
}
