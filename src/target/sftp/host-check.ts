import { UnsiloError } from '../../errors.ts'
import type { Files } from '../../system/files.ts'
import { pathFrom } from '../../system/path-from.ts'
import {
  type HostLine,
  type KnownHostsFile,
  findHost,
  fingerprint,
  hostName,
  judgeHostKey,
  keyType,
  keyTypes,
} from './known-hosts.ts'

/** Knows the keys of one host. */
export interface HostCheck {
  /** Algorithms by which the server proves its key, those first whose kind of key is known, as OpenSSH does. */
  algorithms: string[]
  /** Why a key is refused; `undefined` when it is one to trust. */
  refuse(key: Uint8Array): UnsiloError | undefined
}

const usualFiles = ['~/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts']

export interface HostPlace {
  host: string
  port: number
  /** Of the configuration. */
  knownHosts: string | undefined
}

export function openHostCheck({ host, port, knownHosts }: HostPlace, files: Files, root: string): HostCheck {
  const paths = (knownHosts === undefined ? usualFiles : [knownHosts]).map((path) => pathFrom(root, path))
  const texts = paths.map((path): KnownHostsFile => ({ path, text: files.readText(path) ?? '' }))
  const lines = findHost(texts, host, port)
  return {
    algorithms: hostKeyAlgorithms(keyTypes(lines)),
    refuse(key) {
      const verdict = judgeHostKey(lines, key)
      const shown = `${keyType(key)} ${fingerprint(key)}`
      const place = `${host}, port ${port},`
      switch (verdict.kind) {
        case 'known':
          return undefined
        case 'unknown':
          return new UnsiloError('auth', `the key of ${place} is not known: ${shown}`, {
            hint:
              `Compare the fingerprint with what the server's owner says, or with \`ssh-keygen -lf\` on the server itself; ` +
              `if it is the same, add this line to ${paths[0]}: ${hostName(host, port)} ${keyType(key)} ${Buffer.from(key).toString('base64')}`,
          })
        case 'changed':
          return new UnsiloError(
            'auth',
            `THE KEY OF ${place} HAS CHANGED: someone may be posing as it, or its SSH server was set up anew. ` +
              `It shows ${shown}; known is ${verdict.at.map(sayLine).join(' and ')}`,
            {
              hint:
                `Nothing was sent there. Ask the server's owner; only if the new fingerprint is confirmed, remove ` +
                `${verdict.at.map(sayPlace).join(' and ')} and put the new key there.`,
            },
          )
        case 'revoked':
          return new UnsiloError(
            'auth',
            `the key of ${place} was revoked: ${shown}, by ${verdict.at.file}, line ${verdict.at.line}`,
            { hint: "Someone has marked it as one that must not be trusted. Ask the server's owner." },
          )
      }
    },
  }
}

function sayLine({ type, key, file, line }: HostLine): string {
  return `${type} ${fingerprint(Buffer.from(key, 'base64'))} (${file}, line ${line})`
}

function sayPlace({ file, line }: HostLine): string {
  return `line ${line} of ${file}`
}

// What ssh2 offers by itself, in its order. An RSA key signs in three ways (RFC 8332).
const offered: readonly { type: string; algorithms: readonly string[] }[] = [
  ...['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'].map((type) => ({
    type,
    algorithms: [type],
  })),
  { type: 'ssh-rsa', algorithms: ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] },
]

export function hostKeyAlgorithms(known: readonly string[]): string[] {
  const isKnown = ({ type }: { type: string }): boolean => known.includes(type)
  const ordered = [...offered.filter(isKnown), ...offered.filter((one) => !isKnown(one))]
  return ordered.flatMap(({ algorithms }) => algorithms)
}
