import { createHash } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { UnsiloError } from '../../errors.ts'
import { startCommand } from '../../system/processes.ts'

/** What `ssh` itself would connect to: a name in its configuration may stand for another host and port. */
interface Address {
  host: string
  port: string
}

/** The error for a host that is not in known_hosts, with the lines that would make it known, for the user to compare. */
export async function unknownHost(
  error: UnsiloError,
  ssh: readonly string[],
  host: string,
  knownHosts: string,
  signal: AbortSignal,
): Promise<UnsiloError> {
  const { host: name, port } = readAddress(await output(['ssh', ...ssh, '-G', '--', host], signal), host)
  const scanned = await output(['ssh-keyscan', '-T', '10', '-p', port, '--', name], signal)
  const lines = scanned.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  // The kind of key that is asked for first, and that hosts have today.
  const line = lines.find((one) => one.includes(' ssh-ed25519 ')) ?? lines[0]
  if (line === undefined) return error
  return new UnsiloError(error.code, error.message, {
    hint:
      `If ${fingerprintOf(line)} is the fingerprint of that host (ask who runs it; there: ` +
      `\`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\`), add this line to ${knownHosts}: ${line}`,
    retryable: error.retryable,
    cause: error,
  })
}

/** @param settings As `ssh -G` prints them. */
export function readAddress(settings: string, host: string): Address {
  const value = (key: string): string | undefined => new RegExp(`^${key} (.+)$`, 'm').exec(settings)?.[1]
  return { host: value('hostname') ?? host, port: value('port') ?? '22' }
}

/** As `ssh-keygen -l` shows it. @param line Of known_hosts. */
export function fingerprintOf(line: string): string {
  const key = Buffer.from(line.split(' ')[2] ?? '', 'base64')
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** What a program prints; nothing when it fails. */
async function output(command: [string, ...string[]], signal: AbortSignal): Promise<string> {
  const running = startCommand({ command, stdout: 'pipe', timeoutMs: 20_000, signal })
  try {
    const [printed] = await Promise.all([text(running.stdout!), running.ended])
    return printed
  } catch {
    // What it would say is a help for the user, and not needed.
    return ''
  }
}
