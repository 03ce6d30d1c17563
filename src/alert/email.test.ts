import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hasOpenssl, makeCertificates } from '../../test/servers/certificates.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { type TestSurroundings, errorOf, messageAbout, sendBy, surroundings, troubleOf } from './alerts.fixture.ts'
import type { Delivery } from './channel.ts'
import { loadMailer } from './channels/email.ts'
import type { Message } from './message.ts'

const canary = 'pässwörd-canary'

interface MailServer {
  port: number
  mails: { email: Email; raw: string; to: string[]; user: string | undefined }[]
}

interface Refusal {
  responseCode: number
  message: string
}

interface ServerOptions extends SMTPServerOptions {
  /** What recipients are answered, in turn; `undefined` takes them. */
  refuse?: (address: string, count: number) => Refusal | undefined
}

async function startMailServer({ refuse = () => undefined, ...options }: ServerOptions = {}): Promise<MailServer> {
  const mails: MailServer['mails'] = []
  let count = 0
  const server = new SMTPServer({
    disabledCommands: options.key === undefined ? ['STARTTLS'] : [],
    authOptional: true,
    logger: false,
    onAuth: ({ username, password }, _, done) =>
      username === 'me' && password === canary
        ? done(null, { user: 'me' })
        : done(Object.assign(new Error(`5.7.8 no such login: ${password}`), { responseCode: 535 })),
    onRcptTo: ({ address }, _, done) => {
      const refusal = refuse(address, ++count)
      done(refusal === undefined ? null : Object.assign(new Error(refusal.message), refusal))
    },
    onData: (stream, session, done) => {
      const take = async (): Promise<void> => {
        const raw = await text(stream)
        const to = session.envelope.rcptTo.map(({ address }) => address)
        const user = session.user as string | undefined
        mails.push({ raw, email: await PostalMime.parse(raw), to, user })
        done()
      }
      void take()
    },
    ...options,
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())))
  return { port: (server.server.address() as AddressInfo).port, mails }
}

const plain = {
  kind: 'email',
  host: '127.0.0.1',
  tls: 'none',
  from: 'Backups <backup@example.org>',
  to: 'me@example.org',
}

const send = (values: object, ...more: [message?: Message, at?: TestSurroundings]): Promise<Delivery> =>
  sendBy({ ...plain, ...values }, ...more)

const header = (email: Email, name: string): string | undefined => email.headers.find(({ key }) => key === name)?.value

describe('a mail', () => {
  it('says what, since when, why and what to do, as text and as HTML', async () => {
    const { port, mails } = await startMailServer()
    const delivery = await send({ port, to: ['me@example.org', 'You <you@example.org>'] })
    expect(delivery).toMatchObject({
      ok: true,
      said: expect.stringMatching(/^250 .*\(for me@example\.org, you@example\.org\)$/),
    })
    const [{ email, to }] = mails as [MailServer['mails'][number]]
    expect(to).toEqual(['me@example.org', 'you@example.org'])
    expect(email).toMatchObject({
      subject: '[unsilo] todoist: no good export for 3 days',
      from: { name: 'Backups', address: 'backup@example.org' },
      messageId: '<unsilo.00000000.laptop@example.org>',
      date: '2026-03-01T07:00:00.000Z',
    })
    expect(email.text!.trimEnd()).toBe(
      [
        'since:      2026-02-26 06:30 UTC, for 3 days',
        'why:        HTTP 401 Unauthorized',
        'what to do: Make a new token, then run `unsilo export todoist`.',
        'severity:   error',
        '- 5 exports failed since then',
        '',
        'unsilo 0.1.0 on laptop, /home/you/exports, 2026-03-01 07:00 UTC',
      ].join('\n'),
    )
    expect(email.html).toContain('<td style="padding:2px 0;white-space:pre-wrap">HTTP 401 Unauthorized</td>')
    expect(header(email, 'auto-submitted')).toBe('auto-generated')
    expect(header(email, 'list-id')).toContain('<unsilo.laptop>')
  })

  it('stands below the first one when it follows up', async () => {
    const { port, mails } = await startMailServer()
    const message = messageAbout([troubleOf()], { key: 'abc.1', follows: ['abc'] })
    await send({ port }, message)
    await send({ port }, message)
    const first = '<unsilo.abc.laptop@example.org>'
    const [once, again] = mails.map(({ email }) => email)
    expect(once).toMatchObject({ messageId: '<unsilo.abc.1.laptop@example.org>', references: first, inReplyTo: first })
    // A mail that was sent twice is the same one.
    expect(again!.messageId).toBe(once!.messageId)
  })

  it('takes anything as text, and nothing as a header or as HTML', async () => {
    const { port, mails } = await startMailServer()
    const nasty = 'x\r\nBcc: evil@example.net\r\n\r\n<script>alert("1")</script> 👩‍👩‍👧‍👦 żółć'
    const message = messageAbout([
      troubleOf({ dataset: nasty, what: nasty, why: nasty, evidence: [nasty.repeat(200)] }),
    ])
    await send(
      { port },
      { ...message, host: 'lap\r\ntop: é', report: { text: nasty, html: `<p>${'ü'.repeat(5000)}</p>` } },
    )
    const [{ email, to, raw }] = mails as [MailServer['mails'][number]]
    expect(to).toEqual(['me@example.org'])
    expect(header(email, 'bcc')).toBeUndefined()
    expect(raw.split('\r\n\r\n')[0]).not.toMatch(/^Bcc/im)
    expect(email.subject).toContain('👩‍👩‍👧‍👦 żółć')
    expect(email.html).not.toContain('<script>')
    expect(email.text).toContain('👩‍👩‍👧‍👦 żółć')
    expect(Math.max(...raw.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998)
    const [report] = email.attachments
    expect([report!.filename, Buffer.from(report!.content as ArrayBuffer).toString()]).toEqual([
      'report.html',
      `<p>${'ü'.repeat(5000)}</p>`,
    ])
  })
})

describe.skipIf(!hasOpenssl)('TLS', () => {
  const makePair = (): { ca: string; key: Buffer; cert: Buffer } => {
    const { ca, certificate, key } = makeCertificates(temporaryFolder(), ([program, ...rest]) => {
      execFileSync(program!, rest, { stdio: 'ignore' })
    })
    return { ca, key: readFileSync(key), cert: readFileSync(certificate) }
  }

  it.each([
    ['starttls', false],
    ['tls', true],
  ] as const)('%s: logs in once the connection is protected', async (tls, secure) => {
    const { ca, ...pair } = makePair()
    const { port, mails } = await startMailServer({ ...pair, secure, authOptional: false })
    const at = surroundings()
    const login = { user: 'me', password: at.secret('password', `${canary}\n`) }
    expect(await send({ host: 'localhost', port, tls, tls_ca: ca, ...login }, undefined, at)).toMatchObject({
      ok: true,
    })
    expect(mails[0]!.user).toBe('me')
  })

  it.each([
    ['starttls', false],
    ['tls', true],
  ] as const)('%s: trusts no certificate that nobody vouches for', async (tls, secure) => {
    const { ca: _, ...pair } = makePair()
    const { port, mails } = await startMailServer({ ...pair, secure })
    const error = errorOf(await send({ host: 'localhost', port, tls }))
    expect(error).toMatchObject({ code: 'network', retryable: false })
    expect(error.message).toContain('certificate')
    expect(mails).toEqual([])
  })

  it('trusts no certificate of another name', async () => {
    const { ca, ...pair } = makePair()
    const { port } = await startMailServer({ ...pair, secure: true })
    const error = errorOf(await send({ host: '127.0.0.1', port, tls: 'tls', tls_ca: ca }))
    expect(error.message).toContain('ERR_TLS_CERT_ALTNAME_INVALID')
  })

  it('sends nothing when the server has no STARTTLS, or speaks TLS from the first byte on', async () => {
    const bare = await startMailServer()
    expect(errorOf(await send({ port: bare.port, tls: 'starttls' }))).toMatchObject({
      code: 'network',
      retryable: false,
    })
    expect(bare.mails).toEqual([])
    const wrong = errorOf(await send({ port: bare.port, tls: 'tls' }))
    expect(wrong.message).toContain('protected')
    expect(wrong.hint).toContain('tls = "starttls"')
  })
})

describe('a server that does not take it', () => {
  it('because the password is wrong: it is told, without the password', async () => {
    const { port } = await startMailServer()
    const at = surroundings()
    const login = { user: 'me', password: at.secret('password', 'wrong-canary') }
    const error = errorOf(await send({ port, ...login }, undefined, at))
    expect(error).toMatchObject({ code: 'auth', retryable: false })
    expect(error.message).toContain('535')
    expect(`${error.message} ${error.hint}`).not.toContain('wrong-canary')
    expect(error.hint).toContain('app password')
  })

  it('for now (greylisting) may take it later', async () => {
    const busy = { responseCode: 451, message: '4.7.1 come back in 5 minutes' }
    const { port, mails } = await startMailServer({ refuse: (_, count) => (count === 1 ? busy : undefined) })
    const error = errorOf(await send({ port }))
    expect(error).toMatchObject({ code: 'http', retryable: true })
    expect(error.message).toContain('451')
    expect(await send({ port })).toMatchObject({ ok: true })
    expect(mails).toHaveLength(1)
  })

  it('for good is not asked again', async () => {
    const unknown = { responseCode: 550, message: '5.1.1 no such user' }
    const { port } = await startMailServer({ refuse: () => unknown })
    expect(errorOf(await send({ port }))).toMatchObject({ code: 'http', retryable: false })
  })

  it('for one of two people is a complaint: the other has got it', async () => {
    const unknown = { responseCode: 550, message: '5.1.1 no such user' }
    const { port, mails } = await startMailServer({
      refuse: (address) => (address === 'gone@example.org' ? unknown : undefined),
    })
    const delivery = await send({ port, to: ['me@example.org', 'gone@example.org'] })
    expect(delivery).toMatchObject({
      ok: true,
      complaint: expect.stringMatching(/^gone@example\.org gets nothing: .*550/),
    })
    expect(mails).toHaveLength(1)
  })

  it('because nobody is there', async () => {
    const error = errorOf(await send({ port: 9 }))
    expect(error).toMatchObject({ code: 'network', retryable: true })
    expect(error.message).toBe('cannot reach 127.0.0.1, port 9: the connection was refused')
  })

  it('because it says nothing', async () => {
    const { port } = await startMailServer({ onConnect: () => undefined })
    expect(errorOf(await send({ port }, undefined, surroundings({ timeoutMs: 200 })))).toMatchObject({
      code: 'timeout',
      retryable: true,
    })
  })
})

it('says what to install when nodemailer is not there', async () => {
  const missing = async (): Promise<never> => {
    throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
  }
  await expect(loadMailer(missing)).rejects.toMatchObject({
    code: 'missing-program',
    hint: expect.stringContaining('npm install'),
  })
})
