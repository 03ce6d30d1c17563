import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { openExportLogs } from '../dataset/export-logs.ts'
import { layoutOf, logsOf } from '../parcel/layout.ts'
import { type FinishedParcel, type StageOptions, stageParcel } from '../parcel/staged.ts'
import { systemFiles } from '../system/files.ts'
import { type CommandSourceConfig, openCommandSource } from './command.ts'

const id = '2026-03-01T060000Z'

interface Exported {
  folder: string
  /** What lies in `incomplete/` now. */
  names: () => string[]
  log: (end: 'out' | 'err') => string
  export: (signal?: AbortSignal) => Promise<FinishedParcel>
}

/** A dataset folder in which the command is run as an export. */
async function prepare(config: CommandSourceConfig, options: Partial<StageOptions> = {}): Promise<Exported> {
  const layout = layoutOf(temporaryFolder())
  for (const folder of [layout.data, layout.incomplete, layout.log]) mkdirSync(folder)
  const logs = await openExportLogs(systemFiles, logsOf(layout, id))
  onTestFinished(() => logs.close())
  const staged = stageParcel(systemFiles, layout, id, { compress: 'none', ...options })
  return {
    folder: layout.folder,
    names: () => readdirSync(layout.incomplete).sort(),
    log: (end) => readFileSync(logsOf(layout, id)[end], 'utf8'),
    async export(signal = new AbortController().signal) {
      const source = openCommandSource(config)
      await source.export(staged, { parcelId: id, datasetPath: layout.folder, logs, signal, earlier: [] })
      return staged.finish()
    },
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('a command that writes files', () => {
  it('appends its own extension, and what it prints is kept in its logs', async () => {
    const test = await prepare({ cmd: 'echo "[1]" > $PARCEL_PATH.json; echo hello; echo careful >&2' })
    expect((await test.export()).stored.name).toBe(`${id}.json`)
    expect([test.log('out'), test.log('err')]).toEqual(['hello\n', 'careful\n'])
  })

  it('may make a folder', async () => {
    const test = await prepare({
      cmd: 'mkdir -p $PARCEL_PATH/deep && echo x | tee $PARCEL_PATH/a > $PARCEL_PATH/deep/b',
    })
    expect(await test.export()).toMatchObject({
      stored: { name: id, isFolder: true },
      manifest: { files: 2, bytes: 4 },
    })
  })

  it('is told where to write, which dataset and which parcel it is, and starts in the folder of the dataset', async () => {
    const test = await prepare({ cmd: 'echo "$PARCEL_PATH|$DATASET_PATH|$PARCEL_ID|$PWD"; echo x > $PARCEL_PATH' })
    await test.export()
    const path = join(test.folder, 'incomplete', id)
    expect(test.log('out')).toBe(`${path}|${test.folder}|${id}|${test.folder}\n`)
  })

  it('fails when it writes nothing', async () => {
    await expect((await prepare({ cmd: 'true' })).export()).rejects.toMatchObject({ code: 'empty', retryable: true })
  })

  it('cannot write any more once it has ended: what it left running is ended, too', async () => {
    const test = await prepare({ cmd: '(sleep 0.4; echo late >> $PARCEL_PATH.txt) & echo whole > $PARCEL_PATH.txt' })
    const { stored } = await test.export()
    await pause(800)
    expect(readFileSync(stored.path, 'utf8')).toBe('whole\n')
  })
})

describe('a command that prints', () => {
  it('has its output streamed into a file of that extension', async () => {
    const test = await prepare({ cmd: 'printf "[1,"; sleep 0.1; printf "2]"', stdout: 'json' })
    const { stored, manifest } = await test.export()
    expect([stored.name, manifest.bytes]).toEqual([`${id}.json`, 5])
    expect(readFileSync(stored.path, 'utf8')).toBe('[1,2]')
  })

  it('may print 100 MB: no more than a part of it is in memory at a time', async () => {
    const cmd = 'head -c 100000000 /dev/zero | tr "\\0" "7"'
    const test = await prepare({ cmd, stdout: 'txt' })
    const before = process.memoryUsage().rss
    let most = before
    const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 10)
    try {
      expect((await test.export()).manifest.bytes).toBe(100_000_000)
    } finally {
      clearInterval(timer)
    }
    expect(most - before).toBeLessThan(150_000_000)
  })

  it('is ended at once when it prints what is not valid', async () => {
    const test = await prepare({ cmd: 'echo "<html>not json</html>"; sleep 60', stdout: 'json' })
    await expect(test.export()).rejects.toMatchObject({ code: 'wrong-content' })
  })

  it('fails with its own status rather than for what it had printed by then', async () => {
    const test = await prepare({ cmd: 'printf "[1"; echo "server gone" >&2; exit 4', stdout: 'json' })
    await expect(test.export()).rejects.toMatchObject({ code: 'command-failed', message: 'exit status 4: server gone' })
  })

  it('is judged by its status, also when that comes later than the end of its output', async () => {
    const failing = await prepare({ cmd: 'exec >&-; sleep 0.2; exit 4', stdout: 'json' })
    await expect(failing.export()).rejects.toMatchObject({ code: 'command-failed', message: 'exit status 4' })
    const cut = await prepare({ cmd: 'printf "[1"; exec >&-; sleep 0.2; exit 4', stdout: 'json' })
    await expect(cut.export()).rejects.toMatchObject({ code: 'command-failed', message: 'exit status 4' })
    const hanging = await prepare({ cmd: 'exec >&-; sleep 60', stdout: 'json' })
    await expect(hanging.export()).rejects.toMatchObject({ code: 'empty' })
  })

  it('fails when it prints nothing, and when it prints a part and says that all is well', async () => {
    const nothing = await prepare({ cmd: 'true', stdout: 'json' })
    await expect(nothing.export()).rejects.toMatchObject({ code: 'empty', message: 'the command printed nothing' })
    const part = await prepare({ cmd: 'printf "[1,"', stdout: 'json' })
    await expect(part.export()).rejects.toMatchObject({ code: 'wrong-content' })
  })

  it('does not get the words of a child that it left behind', async () => {
    const test = await prepare({ cmd: '(sleep 0.4; echo late) & echo whole', stdout: 'txt' })
    const { stored } = await test.export()
    await pause(600)
    expect(readFileSync(stored.path, 'utf8')).toBe('whole\n')
  })
})

describe('a command that fails', () => {
  it('is told by its status and the last line that it complained in, without control characters', async () => {
    const cmd = `printf 'first\\nE: \\033[31mno\\ttoken\\033[0m\\r\\n\\n' >&2; exit 3`
    const error = await (await prepare({ cmd })).export().catch((failure: unknown) => failure)
    expect(error).toMatchObject({ code: 'command-failed', retryable: true })
    expect((error as Error).message).toBe('exit status 3: E: no token')
  })

  it('is not told at length', async () => {
    const test = await prepare({ cmd: 'head -c 10000 /dev/zero | tr "\\0" x >&2; exit 1' })
    const error = (await test.export().catch((failure: unknown) => failure)) as Error
    expect(error.message.length).toBeLessThan(250)
    expect(error.message.endsWith('…')).toBe(true)
  })

  it('is told by the signal that ended it', async () => {
    await expect((await prepare({ cmd: 'kill -SEGV $$' })).export()).rejects.toThrow('ended by SIGSEGV')
  })

  it('gets a hint when the shell has not found its program, or may not run it', async () => {
    const missing = await prepare({ cmd: 'no-such-program-here' })
    await expect(missing.export()).rejects.toMatchObject({ hint: expect.stringContaining('full path') as string })
    const folder = await prepare({ cmd: '/etc/passwd' })
    await expect(folder.export()).rejects.toMatchObject({ hint: expect.stringContaining('chmod') as string })
  })

  it('never has its own text in the error', async () => {
    for (const cmd of ['TOKEN=s3cr3t; exit 1', 'echo s3cr3t >/dev/null; sleep 60', 'if s3cr3t; then', ': s3cr3t']) {
      const test = await prepare({ cmd, timeoutMs: 200 })
      const error = (await test.export().catch((failure: unknown) => failure)) as Error & { hint?: string }
      expect(JSON.stringify([error.message, error.hint, String(error.cause)])).not.toContain('s3cr3t')
    }
  })
})

describe('a command that does not end', () => {
  it('is ended after the timeout, whether it prints or writes', async () => {
    for (const stdout of [undefined, 'txt']) {
      const test = await prepare({
        cmd: 'echo x > $PARCEL_PATH; while :; do echo x; sleep 0.05; done',
        stdout,
        timeoutMs: 1000,
      })
      await expect(test.export()).rejects.toMatchObject({
        code: 'timeout',
        message: 'the command took longer than 1 second and was ended',
        retryable: true,
      })
    }
  })

  it('is ended when it has been silent for too long, and not while anything grows', async () => {
    const hung = await prepare({ cmd: 'echo x > $PARCEL_PATH; sleep 60', silenceMs: 300 })
    await expect(hung.export()).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('the command hung and was ended') as string,
    })
    for (const target of ['$PARCEL_PATH', '/dev/stdout', '/dev/stderr']) {
      const cmd = `echo x > $PARCEL_PATH; for i in 1 2 3 4 5 6; do sleep 0.1; echo x >> ${target}; done`
      await expect((await prepare({ cmd, silenceMs: 400 })).export(), target).resolves.toBeDefined()
    }
  })

  it('is ended when the user interrupts, before it starts or later', async () => {
    for (const stdout of [undefined, 'txt']) {
      const controller = new AbortController()
      const test = await prepare({ cmd: 'echo x; touch started; sleep 60', stdout })
      const running = test.export(controller.signal)
      await expect.poll(() => existsSync(join(test.folder, 'started'))).toBe(true)
      controller.abort()
      await expect(running).rejects.toMatchObject({ code: 'cancelled' })
      await expect(test.export(controller.signal)).rejects.toMatchObject({ code: 'cancelled' })
    }
  })
})
