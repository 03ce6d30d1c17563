import { UnsiloError } from '../errors.ts'
import { sayDuration } from './duration.ts'

const reasons: Record<string, string> = {
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name server does not answer',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed before an answer came',
  EPIPE: 'the connection was closed before an answer came',
  ECONNABORTED: 'the connection was closed before an answer came',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'it cannot be reached',
  EHOSTDOWN: 'it cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ENETDOWN: 'the network is down',
  EPROTO: 'no secure connection came about',
}

const checkNetwork = 'Check the network and the address, then run again.'

// OpenSSL's verification results and Node's own (node:tls, "X509 certificate error codes").
const certificate =
  /CERT|CRL|SELF_SIGNED|ISSUER|LEAF_SIGNATURE|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|PATH_LENGTH/

/**
 * Says in words why no answer came.
 *
 * @returns `error` itself when it is already one that a user can act on.
 */
export function networkError(error: unknown, host: string): UnsiloError {
  if (error instanceof UnsiloError) return error
  const code = codeOf(error)
  if (code === 'ERR_INVALID_CHAR' || code === 'ERR_INVALID_HTTP_TOKEN' || code === 'ERR_UNESCAPED_CHARACTERS') {
    return new UnsiloError('config', `the request to ${host} holds a character that HTTP does not allow`, {
      hint: 'Look for line breaks and other odd characters in headers, paths and secrets.',
    })
  }
  if (certificate.test(code)) {
    return new UnsiloError('network', `cannot trust ${host}: its certificate does not check out (${code})`, {
      hint: 'Check the address and the clock of this machine; NODE_EXTRA_CA_CERTS names further authorities to trust.',
    })
  }
  const reason = reasons[code] ?? (code.startsWith('HPE_') ? `what it answers is not HTTP (${code})` : code)
  return new UnsiloError('network', `cannot reach ${host}: ${reason}`, { hint: checkNetwork, retryable: true })
}

/** Says that an answer began and did not come to its end. */
export function bodyError(error: unknown, host: string): UnsiloError {
  if (error instanceof UnsiloError) return error
  const code = codeOf(error)
  // Node says ECONNRESET for every early end: of a Content-Length, of chunks, of the connection.
  const reason = code === 'ECONNRESET' ? '' : ` (${code})`
  return new UnsiloError('network', `the answer of ${host} broke off${reason}`, { hint: checkNetwork, retryable: true })
}

export function silenceError(host: string, silenceMs: number): UnsiloError {
  return new UnsiloError('timeout', `${host} sent nothing for ${sayDuration(silenceMs)}`, {
    hint: 'If it is quiet for so long when all is well, raise `limits.timeout` in config.toml.',
    retryable: true,
  })
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason'
  const { code } = error as NodeJS.ErrnoException
  if (code !== undefined) return code
  // Of several addresses of a host that were all tried, the first tells enough.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : error.name
}
