import { UnsiloError } from '../../errors.ts'
import { sayDuration } from '../../system/duration.ts'
import { networkError } from '../../system/http-error.ts'

/** What a server answered. A code from 400 on is a refusal (RFC 959, section 4.2). */
export interface FtpReply {
  code: number
  /** All lines, each with the code in front of it where the server wrote it. */
  message: string
}

export function isRefusal({ code }: FtpReply): boolean {
  return code >= 400
}

/** The words of a reply, without its code. */
export function sayReply({ message }: FtpReply): string {
  return message
    .split('\n')
    .map((line) => line.replace(/^\d{3}[ -]/, '').trim())
    .filter((line) => line !== '')
    .join(' ')
}

const noSpace = /quota|no space|disk (?:is )?full|not enough (?:space|room)|insufficient/i
// vsftpd says no more than this of a full disk; it has the code 451 then.
const couldNotWrite = /failure writing to local file/i
const tooMany = /too many|maximum|limit|users are already/i
const wantsTls = /encrypt|\bTLS\b|\bSSL\b|secur/i

/** Says why a command about a file or folder was refused. @param what As in "cannot write /backup/a on ftp.example.org:21". */
export function refusal(reply: FtpReply, what: string): UnsiloError {
  const { code } = reply
  const words = sayReply(reply)
  const message = `${what}: ${words} (${code})`
  if (code === 452 || code === 552 || noSpace.test(words) || (code === 451 && couldNotWrite.test(words))) {
    return new UnsiloError('no-space', `${what}: there is no room for it (${code} ${words})`, {
      hint: 'Free some space there, or raise the quota of the account.',
    })
  }
  if (code === 450) {
    return new UnsiloError('busy', message, { hint: 'Something else may be using that file.', retryable: true })
  }
  if (code < 500) return new UnsiloError('network', message, { hint: 'Run again.', retryable: true })
  if (code === 521 || code === 522) {
    return new UnsiloError('network', message, { hint: 'Ask who runs the server which encryption it wants.' })
  }
  if (code < 510) {
    return new UnsiloError('network', message, { hint: 'The server does not know a command that unsilo needs.' })
  }
  return new UnsiloError('not-permitted', message, {
    hint: 'Check who owns that file and its folder on the server, and whether the account may write there.',
  })
}

/** Says why the server did not let us in. @param host With its port. */
export function loginRefusal(reply: FtpReply, user: string, host: string, isEncrypted: boolean): UnsiloError {
  const words = sayReply(reply)
  if (isTooMany(reply)) return busy(reply, host)
  if (!isEncrypted && wantsTls.test(words)) {
    return new UnsiloError('auth', `${host} lets nobody in without encryption: ${words} (${reply.code})`, {
      hint: 'Set kind = "ftps" for this target.',
    })
  }
  return new UnsiloError('auth', `${host} does not let ${user} in: ${words} (${reply.code})`, {
    hint: 'Check `user` and `password` of the target, and that the account may use FTP.',
  })
}

export function isTooMany(reply: FtpReply): boolean {
  return reply.code === 421 || (isRefusal(reply) && tooMany.test(sayReply(reply)))
}

export function busy(reply: FtpReply, host: string): UnsiloError {
  return new UnsiloError('busy', `${host} takes no more connections: ${sayReply(reply)} (${reply.code})`, {
    hint: 'Lower `connections` of the target, or close other programs that are connected.',
    retryable: true,
  })
}

/** Says that the server ends a connection that was in use (421). */
export function endedByServer(reply: FtpReply, host: string): UnsiloError {
  return new UnsiloError('network', `${host} ended the connection: ${sayReply(reply)} (${reply.code})`, {
    hint: 'Run again.',
    retryable: true,
  })
}

export function noTls(reply: FtpReply, host: string): UnsiloError {
  return new UnsiloError('config', `${host} does not offer TLS: ${sayReply(reply)} (${reply.code})`, {
    hint: 'If the server has a port for implicit TLS, set `port` and implicit = true; kind = "ftp" is not encrypted.',
  })
}

// OpenSSL's verification results and Node's own (node:tls, "X509 certificate error codes").
const certificateFaults: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it has signed its certificate itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate was signed by an authority that this machine does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate was signed by an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate was signed by an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate was signed by an authority that this machine does not know',
  CERT_SIGNATURE_FAILURE: 'its certificate was not signed by the one in `ca`',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
}

const clockHint = 'Check the clock of this machine; else ask who runs the server for a new certificate.'
const trustHint =
  'If it is the right server, save its certificate (openssl s_client -starttls ftp -showcerts) and name that file as `ca`.'

const certificateHints: Record<string, string> = {
  CERT_HAS_EXPIRED: clockHint,
  CERT_NOT_YET_VALID: clockHint,
  ERR_TLS_CERT_ALTNAME_INVALID: 'Set `host` to a name that the certificate is for.',
}

/**
 * Says in words why a connection failed or broke off.
 *
 * @param host With its port.
 * @param wasUp Whether it has worked before: then a fault of TLS says only how it ended. vsftpd prints its last words unencrypted.
 */
export function connectionError(error: unknown, host: string, silenceMs: number, wasUp = false): UnsiloError {
  if (error instanceof UnsiloError) return error
  const { code = '', message }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error))
  const fault = certificateFaults[code]
  if (fault !== undefined) {
    return new UnsiloError('network', `cannot trust ${host}: ${fault} (${code})`, {
      hint: certificateHints[code] ?? trustHint,
      cause: error,
    })
  }
  if (/^Timeout|\bTimeout \(|Timeout when/.test(message)) return silence(host, silenceMs)
  if (/data connection|transfer strategies/.test(message)) {
    return new UnsiloError('network', `cannot open a connection for a file to ${host}: ${message}`, {
      hint: 'Passive mode is used: the firewall there has to let its passive ports through.',
      retryable: true,
      cause: error,
    })
  }
  if (!wasUp && /^ERR_SSL|^EPROTO/.test(code)) {
    return new UnsiloError('network', `no encrypted connection to ${host} came about (${code})`, {
      hint: 'Check `port` and `implicit`: 990 is usually for implicit = true, 21 for false.',
      cause: error,
    })
  }
  if (/^E(?!RR_|PROTO)[A-Z_]+$/.test(code)) return networkError(error, host)
  return new UnsiloError('network', `the connection to ${host} broke off: ${message}`, {
    hint: 'Check the network, then run again.',
    retryable: true,
    cause: error,
  })
}

export function silence(host: string, silenceMs: number): UnsiloError {
  return new UnsiloError('timeout', `${host} did not answer for ${sayDuration(silenceMs)}`, {
    hint: 'Check `host` and `port`, and that no firewall is in between; port 990 is for kind = "ftps" with implicit = true.',
    retryable: true,
  })
}
