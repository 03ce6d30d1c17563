import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { expect, it, onTestFinished, vi } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { acquireLock } from './lock.ts'

/** A process that takes the lock, says so, and holds it until it is ended. */
async function startHolder(path: string): Promise<ChildProcess> {
  const script = join(temporaryFolder(), 'holder.mjs')
  buildSync({
    stdin: {
      contents: `import { acquireLock } from '${join(import.meta.dirname, 'lock.ts')}'
        const lock = await acquireLock(process.argv[2])
        process.stdout.write(lock === undefined ? 'refused' : 'held')
        setInterval(() => lock, 1000)`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: script,
  })
  const holder = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void holder.kill('SIGKILL'))
  const [said] = (await once(holder.stdout, 'data')) as [Buffer]
  expect(said.toString()).toBe('held')
  return holder
}

it('is taken by one process at a time, and again after a release', async () => {
  const path = join(temporaryFolder(), 'ledger')
  const first = await acquireLock(path)
  expect(first).toBeDefined()
  expect(await acquireLock(path)).toBeUndefined()
  first!.release()
  const second = await acquireLock(path)
  expect(second).toBeDefined()
  second!.release()
})

it('is free as soon as its holder is killed', async () => {
  const path = join(temporaryFolder(), 'ledger')
  const holder = await startHolder(path)
  expect(await acquireLock(path)).toBeUndefined()
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  const lock = await acquireLock(path)
  expect(lock).toBeDefined()
  lock!.release()
})

it('stays with a holder that is suspended', async () => {
  const path = join(temporaryFolder(), 'ledger')
  const holder = await startHolder(path)
  holder.kill('SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(await acquireLock(path)).toBeUndefined()
})

it('is not kept by a command that the holder started and that outlives it', async () => {
  const path = join(temporaryFolder(), 'ledger')
  const lock = await acquireLock(path)
  const child = spawn('sleep', ['30'], { detached: true, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  lock!.release()
  const again = await acquireLock(path)
  expect(again).toBeDefined()
  again!.release()
})

it.each([
  ['flock: not found', undefined, 'missing-program', 'util-linux'],
  ['the flock of BusyBox', 1, 'missing-program', 'util-linux'],
  ['a file system without locks', 71, 'io', 'file system'],
])('says what to do about %s', async (_, status, code, hint) => {
  const folder = temporaryFolder()
  const programs = join(folder, 'bin')
  mkdirSync(programs)
  if (status !== undefined) {
    writeFileSync(join(programs, 'flock'), `#!/bin/sh\nexit ${status}\n`)
    chmodSync(join(programs, 'flock'), 0o755)
  }
  vi.stubEnv('PATH', programs)
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(acquireLock(join(folder, 'ledger'))).rejects.toMatchObject({
    code,
    hint: expect.stringContaining(hint) as string,
  })
})
