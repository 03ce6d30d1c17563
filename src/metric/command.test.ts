import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { systemFiles } from '../system/files.ts'
import { type MetricCommandOptions, runMetricCommand } from './command.ts'
import { measureParcel } from './measure.ts'

function options(): MetricCommandOptions {
  const datasetPath = temporaryFolder()
  return {
    datasetPath,
    parcelId: '2026-03-01T060000Z',
    parcelPath: join(datasetPath, 'data/2026-03-01T060000Z.json'),
    timeoutMs: 60_000,
  }
}

it('gives what the command printed, without the space around it', async () => {
  expect(await runMetricCommand(`printf ' \\n 42 tasks \\n\\n'`, options())).toBe('42 tasks')
  expect(await runMetricCommand('true', options())).toBe('')
  expect(await runMetricCommand('echo 1; echo noise >&2', options())).toBe('1')
})

it('tells the command of its parcel, and runs it in the dataset', async () => {
  const given = options()
  const said = await runMetricCommand('echo "$PARCEL_PATH|$DATASET_PATH|$PARCEL_ID|$PWD"', given)
  expect(said).toBe(`${given.parcelPath}|${given.datasetPath}|${given.parcelId}|${given.datasetPath}`)
})

it('says how the command failed, with the last line of its complaint, and never the command itself', async () => {
  const failing = runMetricCommand(`: secret; echo 1; echo first >&2; echo 'no such key' >&2; exit 3`, options())
  await expect(failing).rejects.toMatchObject({ code: 'command-failed', message: 'exit status 3: no such key' })
  await expect(runMetricCommand('kill -KILL $$', options())).rejects.toThrow('ended by SIGKILL')
})

it('ends a command that takes too long', async () => {
  const late = runMetricCommand('sleep 60', { ...options(), timeoutMs: 100 })
  await expect(late).rejects.toMatchObject({ code: 'timeout', message: 'it took too long and was ended' })
})

it('ends a command that prints far more than a number', async () => {
  await expect(runMetricCommand('yes 0123456789', options())).rejects.toMatchObject({
    code: 'wrong-content',
    message: 'it printed more than 64 KiB; a metric is one number or word',
  })
  expect(await runMetricCommand('head -c 65536 /dev/zero | tr "\\0" x', options())).toHaveLength(65_536)
})

it('ends when it is interrupted', async () => {
  const controller = new AbortController()
  const running = runMetricCommand('sleep 60', { ...options(), signal: controller.signal })
  controller.abort()
  await expect(running).rejects.toMatchObject({ code: 'cancelled' })
})

it('reads characters of several bytes that arrive in pieces', async () => {
  const said = await runMetricCommand(`printf '\\303'; sleep 0.1; printf '\\251t\\303\\251'`, options())
  expect(said).toBe('été')
})

it('measures what it can: a metric that fails is ERROR, and the others are there', async () => {
  const given = options()
  mkdirSync(join(given.datasetPath, 'data'))
  writeFileSync(given.parcelPath, '[1]\n')
  const metrics = { tasks: { cmd: 'wc -l < $PARCEL_PATH' }, users: { cmd: 'exit 2' }, last: { cmd: 'echo x' } }
  expect(await measureParcel(systemFiles, { ...given, sealed: true, metrics })).toEqual({
    row: { parcel_id: given.parcelId, success: 'Y', files: '1', bytes: '4', tasks: '1', users: 'ERROR', last: 'x' },
    failures: [{ metric: 'users', reason: 'exit status 2' }],
  })
  const nothing = { ...given, sealed: false, metrics, parcelPath: undefined }
  expect(await measureParcel(systemFiles, nothing)).toEqual({
    row: { parcel_id: given.parcelId, success: 'N' },
    failures: [],
  })
})
