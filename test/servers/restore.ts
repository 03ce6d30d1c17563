import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

/** Feeds a file to a program that restores it. @throws when the program does not end with 0 */
export async function feed(
  path: string,
  [program, ...parameters]: readonly [string, ...string[]],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const child = spawn(program, parameters, { env: environment, stdio: ['pipe', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = new Promise((resolve) => child.once('close', resolve))
  await pipeline(createReadStream(path), child.stdin).catch(() => undefined)
  const status = await ended
  if (status !== 0) throw new Error(`${program} ended with ${String(status)}: ${said}`)
}
