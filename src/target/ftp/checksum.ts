import { isRefusal, type FtpReply } from './ftp-error.ts'

/** A hash that the server computes of a file it has. */
export interface RemoteChecksum {
  /** As node:crypto calls it. */
  algorithm: 'sha256' | 'sha1' | 'md5'
  /** Commands to send, one after the other; the last one is answered with the hash. */
  commands(path: string): string[]
}

const algorithms = { 'SHA-256': 'sha256', 'SHA-1': 'sha1', MD5: 'md5' } as const
const hexLengths = { sha256: 64, sha1: 40, md5: 32 } as const

/** The best that the server offers: HASH (draft-bryan-ftpext-hash), or one of the older commands that each know one hash. */
export function checksumOf(features: ReadonlyMap<string, string>): RemoteChecksum | undefined {
  const offered = features
    .get('HASH')
    ?.toUpperCase()
    .split(';')
    .map((one) => one.replace('*', ''))
  for (const [name, algorithm] of Object.entries(algorithms)) {
    if (offered?.includes(name) === true) {
      return { algorithm, commands: (path) => [`OPTS HASH ${name}`, `HASH ${path}`] }
    }
    const command = `X${name.replace('-', '')}`
    if (features.has(command)) return { algorithm, commands: (path) => [`${command} ${quoted(path)}`] }
  }
  return undefined
}

/** These commands take further parameters behind a space, so that a path with spaces stands in quotes. */
function quoted(path: string): string {
  return /\s/.test(path) ? `"${path}"` : path
}

/** The hash in a reply, in lower case; `undefined` when there is none. */
export function checksumIn(reply: FtpReply, algorithm: RemoteChecksum['algorithm']): string | undefined {
  if (isRefusal(reply)) return undefined
  const hex = new RegExp(String.raw`(?<![\da-f])[\da-f]{${hexLengths[algorithm]}}(?![\da-f])`, 'i')
  return hex.exec(reply.message.split('\n').at(-1)!)?.[0].toLowerCase()
}
