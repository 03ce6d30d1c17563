import { createHash, createHmac } from 'node:crypto'

/** A file as in sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
export interface KnownHostsFile {
  path: string
  text: string
}

/** A line that is about a host. */
export interface HostLine {
  file: string
  /** From 1. */
  line: number
  type: string
  /** In base64, as it stands there. */
  key: string
  isRevoked: boolean
}

export interface HostLines {
  /** For the host at this port. */
  own: HostLine[]
  /** For the host at port 22: OpenSSH takes their keys at other ports, too, but does not miss them there. */
  usual: HostLine[]
}

export type HostVerdict =
  | { kind: 'known' }
  | { kind: 'unknown' }
  /** The host has other keys in these lines. */
  | { kind: 'changed'; at: HostLine[] }
  | { kind: 'revoked'; at: HostLine }

/** How files name a host at a port. */
export function hostName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`
}

export function findHost(files: readonly KnownHostsFile[], host: string, port: number): HostLines {
  const find = (name: string): HostLine[] => files.flatMap((file) => linesAbout(file, name))
  const name = hostName(host, port)
  const plain = hostName(host, 22)
  return { own: find(name), usual: name === plain ? [] : find(plain) }
}

export function judgeHostKey({ own, usual }: HostLines, key: Uint8Array): HostVerdict {
  const text = Buffer.from(key).toString('base64')
  const same = [...own, ...usual].filter((line) => line.key === text)
  const revoked = same.find(({ isRevoked }) => isRevoked)
  if (revoked !== undefined) return { kind: 'revoked', at: revoked }
  if (same.length > 0) return { kind: 'known' }
  const others = own.filter(({ isRevoked }) => !isRevoked)
  return others.length > 0 ? { kind: 'changed', at: others } : { kind: 'unknown' }
}

/** Types of keys that the host is known by: the server is asked for these first, as it may have others. */
export function keyTypes({ own, usual }: HostLines): string[] {
  const known = [...own, ...usual].filter(({ isRevoked }) => !isRevoked)
  return [...new Set(known.map(({ type }) => type))]
}

/** As `ssh-keygen -l` prints it. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** The type is the first of the parts of a key, each with its length before it (RFC 4253, section 6.6). */
export function keyType(key: Uint8Array): string {
  const bytes = Buffer.from(key)
  return bytes.toString('latin1', 4, 4 + bytes.readUInt32BE(0))
}

function linesAbout({ path, text }: KnownHostsFile, name: string): HostLine[] {
  return text.split('\n').flatMap((line, index) => {
    const words = line.trim().split(/[ \t]+/)
    const marker = words[0]?.startsWith('@') === true ? words.shift() : undefined
    // Certificates are not read, so neither are the authorities behind them.
    if (marker !== undefined && marker !== '@revoked') return []
    const [names, type, key] = words
    // A key of SSH 1 has numbers where a type and base64 stand.
    if (names === undefined || names.startsWith('#') || key === undefined || !/^[a-z]/.test(type ?? '')) return []
    if (!isNamed(names, name)) return []
    return [{ file: path, line: index + 1, type: type!, key, isRevoked: marker === '@revoked' }]
  })
}

function isNamed(names: string, name: string): boolean {
  if (names.startsWith('|')) return isHashed(names, name)
  const patterns = names.toLowerCase().split(',')
  if (patterns.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1), name))) return false
  return patterns.some((pattern) => !pattern.startsWith('!') && matches(pattern, name))
}

/** `|1|SALT|HASH`, both in base64: the HMAC-SHA1 of the name. */
function isHashed(names: string, name: string): boolean {
  const [, version, salt, hash] = names.split('|')
  if (version !== '1' || salt === undefined || hash === undefined) return false
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
}

/** `*` stands for any characters, `?` for one (ssh_config(5), "PATTERNS"); brackets stand for themselves. */
function matches(pattern: string, name: string): boolean {
  const escaped = pattern.replaceAll(/[\\^$.+()|{}[\]]/g, String.raw`\$&`)
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name)
}
