import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { describe, expect, it } from 'vitest'
import { hasSshd } from '../../../test/servers/sshd.ts'
import { targetSurroundings } from '../../../test/support/target-surroundings.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { type SftpTargetConfig, sftpTargetConfig } from '../sftp-config.ts'
import { type Login, type Way, chooseWays, planLogin } from './login.ts'

const secret = { env: 'X' }

function plan(
  changes: Partial<SftpTargetConfig>,
  secrets: Record<string, string> = {},
  agentSocket?: string,
): Promise<Login> {
  const config = sftpTargetConfig.parse({ kind: 'sftp', host: 'nas', path: 'vault', ...changes })
  return planLogin(config, { name: 'nas', user: 'me', agentSocket }, targetSurroundings(secrets), ssh2.utils.parseKey)
}

function makeKey(...parameters: string[]): string {
  const path = join(temporaryFolder(), 'id')
  // Quick ones: few bits and rounds.
  const bits = parameters.includes('rsa') ? ['-b', '2048'] : []
  const passphrase = parameters.includes('-N') ? [] : ['-N', '']
  execFileSync('ssh-keygen', ['-q', '-f', path, '-a', '1', ...bits, ...passphrase, ...parameters])
  return path
}

const names = ({ ways }: Login): string[] => ways.map(({ name }) => name)

describe.skipIf(!hasSshd)('the key of the configuration', () => {
  it.each([['ed25519'], ['ecdsa'], ['rsa']])('may be of type %s', async (type) => {
    const key = makeKey('-t', type)
    expect(names(await plan({ key }))).toEqual([`the key ${key}`])
    expect(
      names(
        await plan(
          { key: makeKey('-t', type, '-N', 'pass'), passphrase: secret },
          { 'targets.nas.passphrase': 'pass' },
        ),
      ),
    ).toHaveLength(1)
  })

  it('may be in the old format, too', async () => {
    const key = makeKey('-t', 'rsa', '-m', 'PEM')
    expect(names(await plan({ key }))).toEqual([`the key ${key}`])
  })

  it('is asked a passphrase for when it is encrypted, unless the agent may hold it', async () => {
    const key = makeKey('-t', 'ed25519', '-N', 'correct horse')
    await expect(plan({ key })).rejects.toMatchObject({
      code: 'auth',
      message: `the key ${key} is encrypted, and there is no passphrase for it`,
      hint: expect.stringContaining(`ssh-add ${key}`) as string,
      retryable: false,
    })
    const login = await plan({ key }, {}, '/run/agent')
    expect([names(login), login.leftOut]).toEqual([['the agent'], [`${key} is encrypted`]])
  })

  it('is not opened by a wrong passphrase, which stays unsaid', async () => {
    const key = makeKey('-t', 'ed25519', '-N', 'correct horse')
    const failed = plan({ key, passphrase: secret }, { 'targets.nas.passphrase': 'battery staple' }, '/run/agent')
    const error = await failed.catch((thrown: unknown) => thrown as Error & { hint: string })
    expect(error).toMatchObject({ code: 'auth', message: `the passphrase of ${key} is wrong` })
    expect(JSON.stringify([error, (error as Error).message])).not.toContain('staple')
  })

  it('is refused when it is the public one, is no key, or is missing', async () => {
    const key = makeKey('-t', 'ed25519')
    await expect(plan({ key: `${key}.pub` })).rejects.toMatchObject({
      code: 'config',
      message: `targets.nas.key: ${key}.pub is a public key`,
    })
    writeFileSync(key, 'PuTTY-User-Key-File-3: ssh-ed25519\n')
    await expect(plan({ key })).rejects.toMatchObject({
      code: 'config',
      message: `targets.nas.key: cannot read ${key}: Unsupported key format`,
      hint: expect.stringContaining('puttygen') as string,
    })
    await expect(plan({ key: '/nowhere/id' })).rejects.toMatchObject({
      code: 'config',
      message: 'targets.nas.key: there is no file /nowhere/id',
    })
  })
})

describe('ways to log in', () => {
  it('begin with what the configuration names', async () => {
    const secrets = { 'targets.nas.password': 'secret' }
    const passwords = ['the password', 'the password, as an answer']
    expect(names(await plan({ password: secret }, secrets, '/run/agent')).slice(0, 3)).toEqual([
      ...passwords,
      'the agent',
    ])
    expect(names(await plan({ password: secret, agent: '/own/agent' }, secrets, '/run/agent')).slice(0, 3)).toEqual([
      'the agent',
      ...passwords,
    ])
    expect(names(await plan({ password: secret, agent: false }, secrets, '/run/agent'))).not.toContain('the agent')
  })

  it('answer only what is typed without being seen', async () => {
    const { ways } = await plan({ password: secret, agent: false }, { 'targets.nas.password': 'secret' })
    const { method } = ways.find(({ name }) => name.endsWith('as an answer'))!
    if (method.type !== 'keyboard-interactive' || !('prompt' in method)) throw new Error('not what was asked for')
    let answers: string[] = []
    const prompts = [
      { prompt: 'Password: ', echo: false },
      { prompt: 'Your name: ', echo: true },
    ]
    method.prompt('', '', '', prompts, (given) => (answers = given))
    expect(answers).toEqual(['secret', ''])
  })
})

describe('the choice of a way', () => {
  const way = (type: 'agent' | 'publickey' | 'password', name: string): Way => ({
    name,
    method: { type, username: name } as unknown as Way['method'],
  })
  const ways = [way('publickey', 'key'), way('agent', 'agent'), way('password', 'password')]
  const nameOf = (method: unknown): unknown => (method as { username?: string }).username ?? method

  it('takes each once, and only what the server accepts', () => {
    const choice = chooseWays(ways)
    expect(nameOf(choice.next(null, null))).toBe('key')
    expect(nameOf(choice.next(['publickey'], false))).toBe('agent')
    expect(choice.next(['publickey'], false)).toBe(false)
    expect([choice.tried, choice.accepted]).toEqual([['key', 'agent'], ['publickey']])
  })

  it('goes on with what else is asked for when one way is not enough', () => {
    const choice = chooseWays([...ways].reverse())
    expect(nameOf(choice.next(null, null))).toBe('password')
    expect(nameOf(choice.next(['publickey'], false))).toBe('agent')
    // The agent's key was right, and the password is wanted besides: the one that was refused before its time.
    expect(nameOf(choice.next(['password'], true))).toBe('password')
    expect(choice.next(['password'], false)).toBe(false)
  })
})
