import { describe, expect, it } from 'vitest'
import { connectionError, loginRefusal, refusal, sayReply } from './ftp-error.ts'

const reply = (message: string) => ({ code: Number(message.slice(0, 3)), message })

describe('a refusal', () => {
  it.each([
    // vsftpd, with a full disk
    ['451 Failure writing to local file.', 'no-space', false],
    // ProFTPD
    ['552 Transfer aborted. Disk quota exceeded', 'no-space', false],
    ['550 No space left on device', 'no-space', false],
    ['452 Insufficient storage space', 'no-space', false],
    ['553 Could not create file.', 'not-permitted', false],
    ['550 Permission denied.', 'not-permitted', false],
    ['450 File busy', 'busy', true],
    ['426 Failure reading network stream.', 'network', true],
    ['451 Local error in processing', 'network', true],
    ['522 SSL connection failed; session reuse required', 'network', false],
    ['502 Command not implemented.', 'network', false],
  ])('%s is %s', (message, code, retryable) => {
    expect(refusal(reply(message), 'cannot write /a on b:21')).toMatchObject({ code, retryable })
  })

  it('is told in the words of the server', () => {
    expect(sayReply(reply('550-Sorry,\n550-not you\n more\n550 ever'))).toBe('Sorry, not you more ever')
  })
})

describe('a login that is refused', () => {
  it.each([
    ['530 Login incorrect.', false, 'auth', /user/],
    ['530 Sorry, the maximum number of allowed clients (1) already connected.', false, 'busy', /connections/],
    ['421 There are too many connected users, please try again later.', true, 'busy', /connections/],
    ['530 Non-anonymous sessions must use encryption.', false, 'auth', /kind = "ftps"/],
    ['550 SSL/TLS required on the control channel', false, 'auth', /kind = "ftps"/],
  ])('%s', (message, isEncrypted, code, hint) => {
    const error = loginRefusal(reply(message), 'you', 'b:21', isEncrypted)
    expect(error).toMatchObject({ code, hint: expect.stringMatching(hint) as string })
  })
})

describe('a connection that fails', () => {
  it.each([
    [Object.assign(new Error('x'), { code: 'ENOTFOUND' }), 'network', true, 'cannot reach b:21: there is no such host'],
    [
      Object.assign(new Error('x'), { code: 'EAI_AGAIN' }),
      'network',
      true,
      'cannot reach b:21: the name server does not',
    ],
    [new Error('Timeout (data socket)'), 'timeout', true, 'b:21 did not answer for 1 minute'],
    [
      new Error('Server closed connection unexpectedly.'),
      'network',
      true,
      'the connection to b:21 broke off: Server closed',
    ],
    [
      new Error("Can't open data connection in passive mode: x"),
      'network',
      true,
      'cannot open a connection for a file',
    ],
    [
      Object.assign(new Error('x'), { code: 'CERT_HAS_EXPIRED' }),
      'network',
      false,
      'cannot trust b:21: its certificate has',
    ],
    [
      Object.assign(new Error('x'), { code: 'ERR_SSL_WRONG_VERSION_NUMBER' }),
      'network',
      false,
      'no encrypted connection',
    ],
  ])('%s', (error, code, retryable, message) => {
    const explained = connectionError(error, 'b:21', 60_000)
    expect(explained).toMatchObject({ code, retryable, message: expect.stringContaining(message) as string })
  })

  it('after it has worked is no matter of settings', () => {
    const error = Object.assign(new Error('wrong version number'), { code: 'ERR_SSL_WRONG_VERSION_NUMBER' })
    const explained = connectionError(error, 'b:21', 60_000, true)
    expect(explained).toMatchObject({
      code: 'network',
      retryable: true,
      message: expect.stringContaining('broke off') as string,
    })
  })
})
