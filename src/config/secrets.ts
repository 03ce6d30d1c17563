import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import * as z from 'zod'
import { UnsiloError } from '../errors.ts'
import type { Files } from '../system/files.ts'
import { pathFrom } from '../system/path-from.ts'
import { sayEnd, startCommand } from '../system/processes.ts'
import { type SecretReference, parsedBy, secretReference } from '../system/schema.ts'

const secretName = /TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|PRIVATE_?KEY|CREDENTIAL/i

/** `env` of a dataset: settings as text, secrets as references. */
export const environmentConfig = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.union([z.string(), secretReference]))
  .transform(
    parsedBy((variables) => {
      for (const [name, value] of Object.entries(variables)) {
        if (typeof value !== 'string' || !secretName.test(name)) continue
        throw new UnsiloError('config', `${name} looks like a secret, and a secret must not stand in a configuration`, {
          hint: `Put it in a file that only you can read, and write ${name} = { file = "~/.secrets/…" }, { env = "…" } or { command = "…" }.`,
        })
      }
      return variables
    }),
  )

export type EnvironmentConfig = z.output<typeof environmentConfig>

/** What a command gets, and what must not be shown of it. */
export interface ResolvedEnvironment {
  variables: Record<string, string>
  secrets: string[]
}

/** Longest time that a command may take to print a secret, in ms; it may ask for a passphrase. */
const commandTimeoutMs = 60_000

/**
 * Reads the secrets, each time anew: they may have changed.
 *
 * @param folder Relative paths start here.
 * @throws UnsiloError `config` that names the variable, never with a part of a secret
 */
export async function resolveEnvironment(
  files: Files,
  config: EnvironmentConfig,
  folder: string,
): Promise<ResolvedEnvironment> {
  const resolved: ResolvedEnvironment = { variables: {}, secrets: [] }
  for (const [name, value] of Object.entries(config)) {
    if (typeof value === 'string') resolved.variables[name] = value
    else {
      const secret = await readSecret(files, `env.${name}`, value, folder)
      resolved.variables[name] = secret
      // Of a secret of several lines, such as a key, any line may turn up alone.
      resolved.secrets.push(secret, ...secret.split('\n').filter((line) => line.length > 8))
    }
  }
  return resolved
}

/**
 * Reads one secret, without the line break at its end.
 *
 * @param name The key of the configuration that refers to it, as in `source.auth.token`.
 * @param folder Relative paths start here.
 * @throws UnsiloError `config` that names the key, never with a part of the secret
 */
export async function readSecret(
  files: Files,
  name: string,
  reference: SecretReference,
  folder: string,
): Promise<string> {
  const secret = (await readReference(files, name, reference, folder)).replace(/\r?\n$/, '')
  if (secret === '') throw unreadable(name, 'it is empty')
  return secret
}

async function readReference(files: Files, name: string, reference: SecretReference, folder: string): Promise<string> {
  if ('file' in reference) return readSecretFile(files, name, pathFrom(folder, reference.file))
  if ('env' in reference) {
    const value = process.env[reference.env]
    if (value === undefined) throw unreadable(name, `the environment variable ${reference.env} is not set`)
    return value
  }
  if ('credential' in reference) {
    // systemd puts credentials into a folder of the service's own (systemd.exec(5), CREDENTIALS_DIRECTORY).
    const directory = process.env['CREDENTIALS_DIRECTORY']
    if (directory === undefined)
      throw unreadable(name, 'there are no systemd credentials: CREDENTIALS_DIRECTORY is not set')
    return readSecretFile(files, name, join(directory, reference.credential))
  }
  const running = startCommand({
    command: reference.command,
    stdout: 'pipe',
    stderr: 'ignore',
    timeoutMs: commandTimeoutMs,
  })
  const [printed, end] = await Promise.all([text(running.stdout!), running.ended])
  if (end.status !== 0) throw unreadable(name, `its command failed (${sayEnd(end)})`)
  return printed
}

function readSecretFile(files: Files, name: string, path: string): string {
  const content = files.readText(path)
  if (content === undefined) throw unreadable(name, `there is no file ${path}`)
  return content
}

function unreadable(name: string, reason: string): UnsiloError {
  const file = /^(?:targets|alerts)\./.test(name) ? 'unsilo.toml' : 'config.toml'
  return new UnsiloError('config', `${name}: the secret cannot be read: ${reason}`, {
    hint: `Put the secret there, or mend the reference in ${file}.`,
  })
}
