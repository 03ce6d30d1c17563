import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { freePort } from '../../../test/servers/server-process.ts'
import { type SshServer, hasSshd, startSshd } from '../../../test/servers/sshd.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { body, listed, never } from '../contract-subject.fixture.ts'
import type { Target } from '../target.ts'
import { openConnection } from './connection.ts'
import { openHostCheck } from './host-check.ts'
import { loadSsh } from './library.ts'
import { openAt } from './server.fixture.ts'
import { systemFiles } from '../../system/files.ts'

function closed(target: Target): Target {
  onTestFinished(() => target.close())
  return target
}

function newKey(type: string): { file: string; line: string } {
  const file = join(temporaryFolder(), 'key')
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', file])
  return { file, line: readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ') }
}

function fileWith(line: string): string {
  const file = join(temporaryFolder(), 'known_hosts')
  writeFileSync(file, `# trusted\n${line}\n`)
  return file
}

const failureOf = (work: Promise<unknown>): Promise<Error & { code: string; hint: string; retryable: boolean }> =>
  work.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: unknown) => error as Error & { code: string; hint: string; retryable: boolean },
  )

describe.skipIf(!hasSshd)('who the server is', () => {
  let server: SshServer
  beforeAll(async () => {
    server = await startSshd()
  })
  afterAll(() => server.stop())

  it('has to be in known_hosts; the line to add is told, and works', async () => {
    const known = join(temporaryFolder(), 'known_hosts')
    const path = join(temporaryFolder(), 'vault')
    const target = closed(openAt(server, path, { known_hosts: known }))
    const error = await failureOf(target.put('a', body('x'), never))
    const [, fingerprint] = execFileSync('ssh-keygen', ['-lf', join(server.folder, 'host.pub')], {
      encoding: 'utf8',
    }).split(' ')
    expect(error).toMatchObject({
      code: 'auth',
      message: `the key of 127.0.0.1, port ${server.port}, is not known: ssh-ed25519 ${fingerprint}`,
      retryable: false,
    })
    const line = error.hint.split(`add this line to ${known}: `)[1]!
    expect(line).toBe(server.hostKeyLine)
    expect(existsSync(path)).toBe(false)
    writeFileSync(known, line)
    await target.put('a', body('x'), never)
  })

  it('has not to have changed; the file and the line with the old key are told', async () => {
    const file = fileWith(`[127.0.0.1]:${server.port} ${newKey('ed25519').line}`)
    const error = await failureOf(listed(closed(openAt(server, 'vault', { known_hosts: file }))))
    expect(error).toMatchObject({ code: 'auth', retryable: false })
    expect(error.message).toContain('HAS CHANGED: someone may be posing as it')
    expect(error.message).toContain(`(${file}, line 2)`)
    expect(error.hint).toContain(`remove line 2 of ${file}`)
  })

  it('has not to be revoked', async () => {
    const file = fileWith(`${server.hostKeyLine}\n@revoked * ${server.hostKeyLine.split(' ').slice(1).join(' ')}`)
    const error = await failureOf(listed(closed(openAt(server, 'vault', { known_hosts: file }))))
    expect(error).toMatchObject({ code: 'auth', message: expect.stringContaining(`by ${file}, line 3`) as string })
  })

  it('may be known by one kind of key of several', async () => {
    const keys = ['ecdsa', 'rsa'].map(newKey)
    const several = await startSshd({ lines: keys.map(({ file }) => `HostKey ${file}`) })
    onTestFinished(() => several.stop())
    for (const { line } of keys) {
      const file = fileWith(`[127.0.0.1]:${several.port} ${line}`)
      expect(await listed(closed(openAt(several, temporaryFolder(), { known_hosts: file })))).toEqual([])
    }
  })
})

describe.skipIf(!hasSshd)('a key', () => {
  let server: SshServer
  beforeAll(async () => {
    server = await startSshd()
  })
  afterAll(() => server.stop())

  it('that the server does not know is refused, saying what to do', async () => {
    const { file } = newKey('ed25519')
    const error = await failureOf(listed(closed(openAt(server, temporaryFolder(), { key: file }))))
    expect(error).toMatchObject({
      code: 'auth',
      message: `127.0.0.1, port ${server.port}, does not let ${server.user} in (tried: the key ${file}; it takes: publickey)`,
      retryable: false,
    })
    expect(error.hint).toContain(`ssh-copy-id -i KEY.pub -p ${server.port} ${server.user}@127.0.0.1`)
  })

  it('may be held by an agent, also when its file is encrypted', async () => {
    const socket = join(temporaryFolder(), 'agent')
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
    onTestFinished(() => void agent.kill())
    await vi.waitUntil(() => existsSync(socket), { timeout: 30_000 })
    const path = temporaryFolder()
    const open = (key?: string): Target => closed(openAt(server, path, { agent: socket, key }))
    const encrypted = newKey('ed25519').file
    execFileSync('ssh-keygen', ['-q', '-p', '-a', '1', '-N', 'secret', '-f', encrypted])
    // An empty agent is no reason to stop, and no way in.
    const error = await failureOf(listed(open(encrypted)))
    expect(error).toMatchObject({ code: 'auth', hint: expect.stringContaining(`${encrypted} is encrypted`) as string })
    execFileSync('ssh-add', ['-q', server.keyFile], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' })
    expect(await listed(open(encrypted))).toEqual([])
  })

  it('is of no use with an agent that is not there', async () => {
    const target = closed(openAt(server, temporaryFolder(), { agent: '/nowhere/agent', key: newKey('ed25519').file }))
    expect(await failureOf(listed(target))).toMatchObject({ code: 'auth' })
    expect(await listed(closed(openAt(server, temporaryFolder(), { agent: '/nowhere/agent' })))).toEqual([])
  })
})

describe.skipIf(!hasSshd)('a password', () => {
  type Method = 'password' | 'keyboard-interactive'

  /** OpenSSH would ask for that of a real user; this server has one of its own. */
  async function serverWith(
    method: Method,
    password: string,
  ): Promise<{ port: number; knownHosts: string; tries: string[] }> {
    const { file, line } = newKey('ed25519')
    const tries: string[] = []
    const server = new ssh2.Server({ hostKeys: [readFileSync(file)] }, (client) => {
      client.on('error', () => undefined)
      client.on('authentication', (context) => {
        const judge = (given: string): void => {
          tries.push(given)
          if (given === password) context.accept()
          else context.reject([method])
        }
        if (context.method !== method) context.reject([method])
        else if (context.method === 'password') judge(context.password)
        else if (context.method === 'keyboard-interactive') {
          context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => judge(answers[0]!))
        }
      })
      client.on('session', (accept) => {
        accept().on('sftp', (open) => {
          const sftp = open()
          sftp.on('OPENDIR', (id) => sftp.status(id, 2))
          sftp.on('STAT', (id) => sftp.attrs(id, { mode: 0o40755, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 }))
        })
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    return { port, knownHosts: fileWith(`[127.0.0.1]:${port} ${line}`), tries }
  }

  const open = ({ port, knownHosts }: { port: number; knownHosts: string }, password: string): Target => {
    const server = {
      folder: temporaryFolder(),
      hostKeyLine: 'x y',
      keyFile: '',
      knownHosts,
      port,
      user: 'me',
    } as SshServer
    const changes = { key: undefined, password: { env: 'X' }, known_hosts: knownHosts }
    return closed(openAt(server, 'vault', changes, { 'targets.nas.password': password }))
  }

  it.each(['password', 'keyboard-interactive'] as const)('lets in (%s)', async (method) => {
    const server = await serverWith(method, 'correct horse')
    expect(await listed(open(server, 'correct horse'))).toEqual([])
    expect(server.tries).toEqual(['correct horse'])
  })

  it.each(['password', 'keyboard-interactive'] as const)(
    'that is wrong is tried once, and stays unsaid (%s)',
    async (method) => {
      const server = await serverWith(method, 'correct horse')
      const error = await failureOf(listed(open(server, 'battery staple')))
      expect(error).toMatchObject({ code: 'auth', retryable: false })
      expect(error.message).toContain('tried: the password')
      expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toContain('staple')
      expect(server.tries).toEqual(['battery staple'])
    },
  )
})

describe('a server that is not there', () => {
  const open = (port: number): Target =>
    closed(
      openAt({ folder: temporaryFolder(), hostKeyLine: 'x y', keyFile: '', port, user: 'me' } as SshServer, 'vault', {
        key: undefined,
        agent: '/nowhere/agent',
      }),
    )

  it('may come back: it refuses connections', async () => {
    const port = await freePort()
    expect(await failureOf(listed(open(port)))).toMatchObject({
      code: 'network',
      message: `cannot reach 127.0.0.1, port ${port}: the connection was refused`,
      retryable: true,
    })
  })

  it('may be another kind of server', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).end('220 FTP\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    expect(await failureOf(listed(open(port)))).toMatchObject({
      code: 'network',
      hint: expect.stringContaining('SSH server') as string,
    })
  })
})

describe.skipIf(!hasSshd)('a line that is dead', () => {
  it('is noticed when nothing comes any more, also when nothing is asked for', async () => {
    const server = await startSshd()
    onTestFinished(() => server.stop())
    const ssh = await loadSsh()
    const address = { host: '127.0.0.1', port: server.port, user: server.user }
    const check = openHostCheck({ ...address, knownHosts: server.knownHosts }, systemFiles, '/')
    const key = ssh.utils.parseKey(readFileSync(server.keyFile))
    if (key instanceof Error) throw key
    const ways = [{ name: 'key', method: { type: 'publickey' as const, username: server.user, key } }]
    const options = { address, check, login: { ways, leftOut: [] }, silenceMs: 3000 }
    const [idle, busy] = await Promise.all([openConnection(ssh, options), openConnection(ssh, options)])
    onTestFinished(() => [idle, busy].forEach((one) => one.close()))
    await busy.requests.stat('/')
    server.freeze()
    expect(await failureOf(busy.requests.stat('/'))).toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('127.0.0.1 sent nothing for 3') as string,
      retryable: true,
    })
    await vi.waitUntil(() => idle.isLost, { timeout: 30_000 })
  })

  it('is noticed while logging in', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    onTestFinished(() => void server.close())
    const address = { host: '127.0.0.1', port, user: 'me' }
    const check = openHostCheck({ ...address, knownHosts: '/nowhere' }, systemFiles, '/')
    const opening = openConnection(await loadSsh(), {
      address,
      check,
      login: { ways: [], leftOut: [] },
      silenceMs: 300,
    })
    expect(await failureOf(opening)).toMatchObject({ code: 'timeout', retryable: true })
  })
})

it('says what to install when the library is missing', async () => {
  const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
  await expect(loadSsh(() => Promise.reject(missing))).rejects.toMatchObject({
    code: 'missing-program',
    hint: expect.stringContaining('npm install') as string,
  })
})
