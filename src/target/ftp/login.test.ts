import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../../test/servers/server-process.ts'
import { type FtpOptions, type FtpServer, reasonWithoutVsftpd, startVsftpd } from '../../../test/servers/vsftpd.ts'
import { targetSurroundings } from '../../../test/support/target-surroundings.ts'
import { body, listed, never, read } from '../contract-subject.fixture.ts'
import { openFtpTarget } from '../ftp.ts'
import { ftpTargetConfig } from '../ftp-config.ts'
import { folderIn } from './login.ts'
import { openFtp } from './open-ftp.fixture.ts'

async function started(options: FtpOptions = {}): Promise<FtpServer> {
  const server = await startVsftpd(options)
  onTestFinished(() => server.stop())
  return server
}

const nobody = { user: 'you', password: 'secret word' }

describe('the folder that a server says it is in', () => {
  it.each([
    ['257 "/" is the current directory', '/'],
    ['257 "/home/a ""b"" c" is the current directory', '/home/a "b" c'],
    ['257 /home', '/'],
  ])('%s: %s', (reply, folder) => {
    expect(folderIn(reply)).toBe(folder)
  })
})

describe('a server that is not there', () => {
  it('is named, with its port', async () => {
    const port = await freePort()
    const target = openFtp({ ...nobody, host: '127.0.0.1', port })
    await expect(listed(target)).rejects.toMatchObject({
      code: 'network',
      retryable: true,
      message: `cannot reach 127.0.0.1:${port}: the connection was refused`,
    })
    const nowhere = openFtp({ ...nobody, host: 'no-such-host.invalid', port: 21 })
    await expect(listed(nowhere)).rejects.toMatchObject({ code: 'network', retryable: true })
  })

  it.each(['ftp', 'ftps'] as const)('does not hang %s when it says nothing', async (kind) => {
    const mute = createServer()
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void mute.close())
    const { port } = mute.address() as AddressInfo
    for (const implicit of kind === 'ftps' ? [true, false] : [false]) {
      const target = openFtp(
        { ...nobody, host: '127.0.0.1', port },
        { kind, silenceMs: 1000, ...(implicit ? { implicit } : {}) },
      )
      await expect(listed(target)).rejects.toMatchObject({
        code: 'timeout',
        retryable: true,
        message: `127.0.0.1:${port} did not answer for 1 second`,
      })
    }
  })

  it('does not hang when it begins to encrypt and goes silent', async () => {
    const half = createServer((socket) => {
      socket.write('220 Hello\r\n')
      socket.once('data', () => socket.write('234 Go on\r\n'))
      socket.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => half.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void half.close())
    const { port } = half.address() as AddressInfo
    const target = openFtp({ ...nobody, host: '127.0.0.1', port }, { kind: 'ftps', silenceMs: 1000 })
    await expect(listed(target)).rejects.toMatchObject({ code: 'timeout' })
  })
})

describe('a password', () => {
  it('of two lines is refused before anything is sent', async () => {
    const target = openFtp({ host: '127.0.0.1', port: 1, user: 'you', password: 'a\r\nDELE b' })
    await expect(listed(target)).rejects.toMatchObject({
      code: 'config',
      message: expect.stringMatching(/^targets\.nas\.password/) as string,
    })
  })

  it('is read where its key says it is, and only when it is needed', async () => {
    const config = ftpTargetConfig.parse({ kind: 'ftp', host: '127.0.0.1', user: 'you', password: { env: 'NAS' } })
    const target = openFtpTarget('nas', config, targetSurroundings())
    await target.close()
    const other = openFtpTarget('nas', config, targetSurroundings())
    await expect(listed(other)).rejects.toMatchObject({
      code: 'config',
      message: 'targets.nas.password: there is no such secret',
    })
  })
})

const suite = `logging in${reasonWithoutVsftpd ? ` (${reasonWithoutVsftpd})` : ''}`

describe.skipIf(reasonWithoutVsftpd)(suite, () => {
  it('fails with the wrong password, and does not tell it', async () => {
    const server = await started()
    const target = openFtp({ ...server, password: 'wrong word' }, { path: server.makeRoom() })
    const refused = { code: 'auth', retryable: false }
    await expect(target.put('file', body('x'), never)).rejects.toMatchObject(refused)
    const error: unknown = await target.get('file', never).catch((one: unknown) => one)
    expect(String(error)).toContain(`${server.host}:${server.port} does not let anonymous in`)
    expect(JSON.stringify(error)).not.toContain('wrong word')
  })

  it('begins at the folder that it leads to, unless the path is absolute', async () => {
    const server = await started()
    const room = server.makeRoom()
    // The login leads to the root folder here, where the account may not write.
    const relative = openFtp(server, { path: `${room.slice(1)}/below` })
    await relative.put('in/file', body('x'), never)
    expect(await read(openFtp(server, { path: join(room, 'below') }), 'in/file')).toBe('x')
    expect(await listed(openFtp(server), join(room, 'below').slice(1))).toEqual([
      { path: `${room.slice(1)}/below/in/file`, sizeBytes: 1 },
    ])
  })

  it('says that a server without TLS has none', async () => {
    const server = await started()
    const target = openFtp(server, { kind: 'ftps' })
    await expect(listed(target)).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('does not offer TLS') as string,
    })
  })

  it('says that a server wants TLS', async () => {
    const server = await started({ tls: 'explicit' })
    await expect(listed(openFtp(server))).rejects.toMatchObject({
      code: 'auth',
      hint: expect.stringContaining('kind = "ftps"') as string,
    })
  })

  it.each([
    ['its own', {}, false, /has signed its certificate itself \(DEPTH_ZERO_SELF_SIGNED_CERT\)/, /`ca`/],
    ['an expired one', { certificateDays: -1 }, true, /its certificate has expired/, /clock/],
    ['one for another host', { certificateFor: '127.0.0.9' }, true, /its certificate is for another host/, /`host`/],
  ] as const)('refuses a server that shows %s, and says what to do', async (_what, options, hasCa, message, hint) => {
    const server = await started({ tls: 'explicit', ...options })
    const target = openFtp(server, { kind: 'ftps', ...(hasCa ? { ca: server.certificate } : {}) })
    await expect(listed(target)).rejects.toMatchObject({
      code: 'network',
      retryable: false,
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string,
    })
  })

  it('says that the file of the certificate is not there, or none', async () => {
    const server = await started({ tls: 'explicit' })
    const open = (ca: string) => openFtp(server, { kind: 'ftps', ca })
    await expect(listed(open('/no/such/file'))).rejects.toMatchObject({
      code: 'config',
      message: '/no/such/file does not exist',
    })
    await expect(listed(open('/etc/passwd'))).rejects.toMatchObject({
      code: 'config',
      message: '/etc/passwd holds no certificate',
    })
  })

  it('speaks TLS from the first byte on where it is told to, and says so where that is wrong', async () => {
    const implicit = await started({ tls: 'implicit' })
    const path = implicit.makeRoom()
    const target = openFtp(implicit, { kind: 'ftps', implicit: true, ca: implicit.certificate, path })
    for (const name of ['1', '2', '3']) await target.put(name, body(name), never)
    expect(await read(target, '3')).toBe('3')
    const plain = await started()
    const wrong = openFtp(plain, { kind: 'ftps', implicit: true })
    await expect(listed(wrong)).rejects.toMatchObject({
      code: 'network',
      hint: expect.stringContaining('`implicit`') as string,
    })
  })

  it('works with the connections that the server allows', async () => {
    const server = await started({ lines: ['max_clients=2'] })
    const path = server.makeRoom()
    const target = openFtp(server, { path, connections: 6 })
    const names = Array.from({ length: 20 }, (_, index) => `in/${index}`)
    await Promise.all(names.map((name) => target.put(name, body(name), never)))
    expect(await listed(target)).toHaveLength(20)
    await target.close()
    await expect.poll(() => server.sessions()).toBe(0)
    for (const _ of [1, 2]) await listed(openFtp(server, { path }))
    await expect(listed(openFtp(server, { path }))).rejects.toMatchObject({ code: 'busy', retryable: true })
  })

  it('is done again when the server has ended a connection that had nothing to do', async () => {
    const server = await started({ lines: ['idle_session_timeout=1'] })
    const target = openFtp(server, { path: server.makeRoom() })
    await target.put('file', body('x'), never)
    await expect.poll(() => server.sessions()).toBe(0)
    expect(await read(target, 'file')).toBe('x')
  })
})
