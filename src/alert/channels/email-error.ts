import { UnsiloError } from '../../errors.ts'
import { networkError } from '../../system/http-error.ts'
import { createRedactor } from '../../system/redact.ts'
import { oneLine, shortenTo } from '../shorten.ts'

/** What nodemailer puts into its errors. */
interface MailError {
  code?: string
  /** Node's own, when `code` says only which step failed. */
  originalCode?: string
  /** The server's answer: `535 5.7.8 Authentication failed`. */
  response?: string
  responseCode?: number
  recipient?: string
  message: string
}

interface MailPlace {
  /** Host and port. */
  place: string
  tls: 'starttls' | 'tls' | 'none'
  password: string
}

/** Says why a mail was not sent. */
export function explainMail(error: unknown, { place, tls, password }: MailPlace): UnsiloError {
  if (error instanceof UnsiloError) return error
  if (!(error instanceof Error)) throw error
  const { code = '', originalCode, responseCode, response, message } = error as Error & MailError
  const said = shortenTo(createRedactor([password]).text(oneLine(response ?? message)), 300)
  const retryable = responseCode === undefined ? false : responseCode < 500
  if (code === 'EAUTH' || responseCode === 535 || responseCode === 534 || responseCode === 530) {
    return new UnsiloError('auth', `${place} does not let us in: ${said}`, {
      hint: 'Check `user` and `password` in unsilo.toml; many services want a password made for one program (an app password).',
      retryable,
    })
  }
  if (/certificate|self[- ]signed|altnames/i.test(message)) {
    return networkError(Object.assign(new Error(message), { code: certificateCode(originalCode, message) }), place)
  }
  if (code === 'ETLS' || /wrong version number|SSL routines|STARTTLS/i.test(message)) {
    const other = tls === 'tls' ? 'tls = "starttls"' : 'tls = "tls"'
    return new UnsiloError('network', `no protected connection to ${place} came about: ${said}`, {
      hint: `The server may want ${other}, or another port.`,
    })
  }
  if (responseCode !== undefined) {
    const passing = 'It says that this may pass: it is tried again.'
    const lasting = 'Check `from` and `to` in unsilo.toml, and what the server allows.'
    return new UnsiloError('http', `${place} did not take the mail: ${said}`, {
      hint: retryable ? passing : lasting,
      retryable,
    })
  }
  if (code === 'ETIMEDOUT') {
    return new UnsiloError('timeout', `${place} does not answer`, {
      hint: 'Check `host` and `port` in unsilo.toml.',
      retryable: true,
    })
  }
  if (code === 'EDNS') return networkError(Object.assign(new Error(), { code: originalCode ?? 'ENOTFOUND' }), place)
  if (code === 'ESOCKET' || code === 'ECONNECTION') {
    return networkError(Object.assign(new Error(), { code: originalCode ?? 'ECONNRESET' }), place)
  }
  return new UnsiloError('network', `${place}: ${said}`, { retryable: true })
}

/** Whom the server did not take, of several; `undefined` when it took all. */
export function sayRejected(errors: readonly Error[], password: string): string | undefined {
  if (errors.length === 0) return undefined
  const redactor = createRedactor([password])
  const said = (errors as (Error & MailError)[]).map(
    ({ recipient = 'one address', response, message }) =>
      `${recipient} gets nothing: ${shortenTo(redactor.text(oneLine(response ?? message)), 200)}`,
  )
  return said.join('; ')
}

function certificateCode(code: string | undefined, message: string): string {
  if (code !== undefined && /CERT|SELF_SIGNED|ISSUER|ALTNAME/.test(code)) return code
  return /altnames/i.test(message) ? 'ERR_TLS_CERT_ALTNAME_INVALID' : 'DEPTH_ZERO_SELF_SIGNED_CERT'
}
