import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAccount } from './account.ts'
import { simulatorCommand } from './simulator-command.ts'
import { truthOf } from './truth.ts'
import { newest } from './view.ts'

interface End {
  status: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** Runs a command line in the shell's own place, so that its end is the command's. */
async function run(command: string, environment: Record<string, string> = {}): Promise<End> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...environment }
    const child = execFile('/bin/sh', ['-c', `exec ${command}`], { env }, (_, stdout, stderr) => {
      resolve({ status: child.exitCode, signal: child.signalCode, stdout, stderr })
    })
  })
}

const account = { seed: 3, start: new Date('2024-01-01T00:00:00Z') }
const at = new Date('2024-02-01T00:00:00Z')

function truthAt() {
  const simulated = createAccount(account)
  simulated.advanceTo(at)
  return truthOf(simulated)
}

describe('the export command', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'unsilo-simulator-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('prints what the truth says', async () => {
    const { items } = truthAt().snapshot(newest(30), at)
    const options = { account, at, view: 'newest:30' }
    const json = await run(simulatorCommand(options))
    expect(json).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(json.stdout)).toEqual(items)
    const ndjson = await run(simulatorCommand({ ...options, format: 'ndjson' }))
    expect(
      ndjson.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(items)
    const enveloped = await run(simulatorCommand({ ...options, envelope: 'saved', indent: 1 }))
    expect(JSON.parse(enveloped.stdout)).toEqual({ saved: items })
  })

  it('prints CSV with a heading and a row for each item', async () => {
    const { stdout } = await run(simulatorCommand({ account, at, format: 'csv' }))
    const rows = stdout.replaceAll(/"(?:[^"]|"")*"/g, 'quoted').split('\r\n')
    expect(rows[0]).toMatch(/^id,list,title,/)
    expect(rows).toHaveLength(truthAt().itemsAt(at).length + 2)
    for (const row of rows.slice(1, -1)) expect(row.split(',')).toHaveLength(rows[0]!.split(',').length)
  })

  it('writes a file, or a folder of pages, where the environment says', async () => {
    const environment = { PARCEL_PATH: join(folder, 'parcel') }
    await run(simulatorCommand({ account, at, output: '$PARCEL_PATH.json' }), environment)
    await run(simulatorCommand({ account, at, output: '$PARCEL_PATH', pageSize: 50 }), environment)
    const whole: unknown = JSON.parse(readFileSync(join(folder, 'parcel.json'), 'utf8'))
    const names = readdirSync(join(folder, 'parcel'))
    expect(names.length).toBeGreaterThan(3)
    expect(names.flatMap((name): unknown => JSON.parse(readFileSync(join(folder, 'parcel', name), 'utf8')))).toEqual(
      whole,
    )
  })

  it('fails in each of its ways', async () => {
    const whole = (await run(simulatorCommand({ account, at }))).stdout
    const part = Buffer.from(whole)
      .subarray(0, Math.floor(Buffer.byteLength(whole) / 2))
      .toString()
    const fail = async (fault: 'exit' | 'stop' | 'crash' | 'truncated' | 'empty' | 'shrunk' | 'refused') =>
      run(simulatorCommand({ account, at, fault, status: 7 }))
    expect(await fail('exit')).toMatchObject({ status: 7, stdout: whole })
    expect(await fail('stop')).toMatchObject({ status: 7, stdout: part })
    expect(await fail('crash')).toMatchObject({ signal: 'SIGKILL', stdout: part })
    expect(await fail('truncated')).toMatchObject({ status: 0, stdout: part })
    expect(await fail('empty')).toMatchObject({ status: 0, stdout: '' })
    const { stdout } = await fail('shrunk')
    expect(JSON.parse(stdout)).toHaveLength(Math.floor(truthAt().itemsAt(at).length / 2))
    expect(JSON.parse((await fail('refused')).stdout)).toHaveProperty('error')
  })

  it('fails so many times, then succeeds', async () => {
    const starts = join(folder, 'starts')
    const command = simulatorCommand({ account, at, fault: 'stop', faultTimes: 2, starts })
    const ends = [await run(command), await run(command), await run(command)]
    expect(ends.map((end) => end.status)).toEqual([1, 1, 0])
    expect(readFileSync(starts, 'utf8')).toBe('...')
  })

  it('follows a plan that changes between two runs', async () => {
    const plan = join(folder, "the account's plan.json")
    const command = simulatorCommand({ account, at }, plan)
    const before = await run(command)
    writeFileSync(plan, JSON.stringify({ at: '2024-01-15T00:00:00Z', stderr: 'slow today' }))
    const after = await run(command)
    expect(after.stdout.length).toBeLessThan(before.stdout.length)
    expect(after.stderr).toBe('slow today\n')
    writeFileSync(plan, '{"falt":"crash"}')
    expect((await run(command)).stderr).toContain('no option "falt"')
  })

  it('prints slowly, in pieces', async () => {
    const command = simulatorCommand({ account, at, pieces: 5, pauseMs: 60 })
    const startedAt = performance.now()
    await run(command)
    expect(performance.now() - startedAt).toBeGreaterThan(300)
  })

  it('hangs in silence, deaf to SIGTERM when it is to be', async () => {
    const command = simulatorCommand({ account, at, fault: 'hang', stubborn: true })
    const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('exit', (_, signal) => resolve(signal)))
    await once(child.stdout, 'data')
    child.kill('SIGTERM')
    const [answer]: unknown[] = await once(child.stderr, 'data')
    expect(String(answer)).toBe('SIGTERM ignored\n')
    child.kill('SIGKILL')
    expect(await ended).toBe('SIGKILL')
  })

  it('leaves a child behind that writes late', async () => {
    const childPid = join(folder, 'pid')
    const { status, stdout } = await run(simulatorCommand({ account, at, fault: 'empty', childMs: 200, childPid }))
    expect(status).toBe(0)
    expect(stdout).toBe('late\n')
    expect(Number(readFileSync(childPid, 'utf8'))).toBeGreaterThan(1)
  })
})
