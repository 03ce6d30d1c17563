import { homedir } from 'node:os'
import { join } from 'node:path'
import type { AnyAuthMethod, AuthenticationType, ParsedKey, utils } from 'ssh2'
import { UnsiloError } from '../../errors.ts'
import { pathFrom } from '../../system/path-from.ts'
import type { SftpTargetConfig } from '../sftp-config.ts'
import type { TargetSurroundings } from '../target.ts'

/** One way to log in. */
export interface Way {
  /** For messages. */
  name: string
  method: AnyAuthMethod
}

/** The ways to log in, in their order, and why keys that are there are not among them. */
export interface Login {
  ways: Way[]
  leftOut: string[]
}

type LoginKeys = Pick<SftpTargetConfig, 'key' | 'passphrase' | 'agent' | 'password'>

export interface LoginPlace {
  /** The target's, for messages. */
  name: string
  user: string
  /** The socket of the session's agent. */
  agentSocket: string | undefined
}

const usualKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa']

/**
 * What is named in the configuration is tried first: a server counts the tries, and ends the connection after a few.
 *
 * @throws UnsiloError when the key of the configuration cannot be used, or there is nothing to log in with
 */
export async function planLogin(
  config: LoginKeys,
  { name, user, agentSocket }: LoginPlace,
  { files, root, readSecret }: Pick<TargetSurroundings, 'files' | 'root' | 'readSecret'>,
  parse: typeof utils.parseKey,
): Promise<Login> {
  const secret = async (key: 'passphrase' | 'password'): Promise<string | undefined> =>
    config[key] === undefined ? undefined : readSecret(`targets.${name}.${key}`, config[key])
  const login: Login = { ways: [], leftOut: [] }
  const socket =
    typeof config.agent === 'string' ? pathFrom(root, config.agent) : config.agent ? agentSocket : undefined
  const agent: Way[] =
    socket === undefined ? [] : [{ name: 'the agent', method: { type: 'agent', username: user, agent: socket } }]
  const keyWay = (path: string, key: ParsedKey): Way => ({
    name: `the key ${path}`,
    method: { type: 'publickey', username: user, key },
  })

  if (config.key !== undefined) {
    const path = pathFrom(root, config.key)
    const text = files.readText(path)
    if (text === undefined) {
      throw new UnsiloError('config', `targets.${name}.key: there is no file ${path}`, {
        hint: `Make a key with: ssh-keygen -t ed25519 -f ${path}`,
      })
    }
    const passphrase = await secret('passphrase')
    const key = parseKey(parse, text, passphrase)
    if ('problem' in key) {
      // The agent may hold it decrypted.
      if (key.problem !== 'encrypted' || passphrase !== undefined || agent.length === 0) throw keyError(path, name, key)
      login.leftOut.push(`${path} is encrypted`)
    } else login.ways.push(keyWay(path, key.key))
  }
  if (typeof config.agent === 'string') login.ways.push(...agent)
  const password = await secret('password')
  if (password !== undefined) login.ways.push(...passwordWays(user, password))
  if (typeof config.agent !== 'string') login.ways.push(...agent)
  if (config.key === undefined) {
    const passphrase = await secret('passphrase')
    for (const path of usualKeys.map((file) => join(homedir(), '.ssh', file))) {
      const text = files.readText(path)
      if (text === undefined) continue
      const key = parseKey(parse, text, passphrase)
      if ('key' in key) login.ways.push(keyWay(path, key.key))
      else login.leftOut.push(key.problem === 'encrypted' ? `${path} is encrypted` : `${path}: ${key.words}`)
    }
  }
  if (login.ways.length > 0) return login
  const why = login.leftOut.length === 0 ? '' : ` (${login.leftOut.join('; ')})`
  throw new UnsiloError(
    'auth',
    `targets.${name}: there is nothing to log in with: no key, no agent, no password${why}`,
    {
      hint: `Make a key with \`ssh-keygen -t ed25519\`, and set targets.${name}.key; passphrase or ssh-add for one that is encrypted.`,
    },
  )
}

function passwordWays(user: string, password: string): Way[] {
  return [
    { name: 'the password', method: { type: 'password', username: user, password } },
    {
      name: 'the password, as an answer',
      method: {
        type: 'keyboard-interactive',
        username: user,
        // What is asked for and shown while it is typed is no password.
        prompt: (_name, _instructions, _language, prompts, finish) =>
          finish(prompts.map(({ echo }) => (echo === true ? '' : password))),
      },
    },
  ]
}

interface KeyProblem {
  problem: 'encrypted' | 'wrong passphrase' | 'public' | 'unreadable'
  /** What ssh2 says. */
  words: string
}

function parseKey(
  parse: typeof utils.parseKey,
  text: string,
  passphrase: string | undefined,
): { key: ParsedKey } | KeyProblem {
  const parsed = parse(text, passphrase)
  // One file may hold several keys in old formats; the first is the one that OpenSSH takes.
  const first = Array.isArray(parsed) ? (parsed as ParsedKey[])[0]! : parsed
  if (!(first instanceof Error)) {
    return first.isPrivateKey() ? { key: first } : { problem: 'public', words: 'it is a public key' }
  }
  const words = first.message
  if (words.includes('no passphrase given')) return { problem: 'encrypted', words }
  if (/bad passphrase/i.test(words)) return { problem: 'wrong passphrase', words }
  return { problem: 'unreadable', words }
}

function keyError(path: string, name: string, { problem, words }: KeyProblem): UnsiloError {
  switch (problem) {
    case 'encrypted':
      return new UnsiloError('auth', `the key ${path} is encrypted, and there is no passphrase for it`, {
        hint: `Set targets.${name}.passphrase, as in { file = "~/.secrets/passphrase" }; or load it into the agent: ssh-add ${path}`,
      })
    case 'wrong passphrase':
      return new UnsiloError('auth', `the passphrase of ${path} is wrong`, {
        hint: `Check targets.${name}.passphrase; \`ssh-keygen -yf ${path}\` asks for it, and prints the public key when it is right.`,
      })
    case 'public':
      return new UnsiloError('config', `targets.${name}.key: ${path} is a public key`, {
        hint: 'Name the private one: the file of the same name without .pub.',
      })
    case 'unreadable':
      return new UnsiloError('config', `targets.${name}.key: cannot read ${path}: ${words}`, {
        hint:
          'Keys have to be in a format of OpenSSH: `ssh-keygen -pf FILE` rewrites one, `puttygen FILE -O private-openssh` ' +
          'converts one of PuTTY. A key on a security device works with the agent: ssh-add.',
      })
  }
}

/**
 * Chooses the next way each time that the server asks: only what it takes, and each way once. After a way that was right but is not
 * enough, the others are open again.
 */
export function chooseWays(ways: readonly Way[]): {
  next: (accepted: readonly AuthenticationType[] | null, isPartial: boolean | null) => AnyAuthMethod | false
  tried: string[]
  /** What the server takes. */
  accepted: readonly string[]
} {
  const open = new Set(ways)
  let last: Way | undefined
  const choice = {
    tried: [] as string[],
    accepted: [] as readonly string[],
    next(accepted: readonly AuthenticationType[] | null, isPartial: boolean | null): AnyAuthMethod | false {
      if (accepted !== null) choice.accepted = accepted
      if (isPartial === true) {
        for (const way of ways) if (way !== last) open.add(way)
      }
      last = [...open].find(({ method }) => accepted === null || accepted.includes(wireName(method.type)))
      if (last === undefined) return false
      open.delete(last)
      choice.tried.push(last.name)
      return last.method
    },
  }
  return choice
}

/** A key of the agent is for the server a key like others. */
function wireName(type: AuthenticationType): AuthenticationType {
  return type === 'agent' ? 'publickey' : type
}
