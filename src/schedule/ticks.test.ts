import { appendFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { systemFiles } from '../system/files.ts'
import { readTicks, recordTick } from './ticks.ts'

describe('ticks', () => {
  it('are remembered for each job', async () => {
    const root = temporaryFolder()
    expect(readTicks(systemFiles, root, 'run')).toEqual([])
    const times = ['2026-05-01T00:00:00.000Z', '2026-05-01T00:05:00.000Z']
    for (const time of times) await recordTick(systemFiles, root, 'run', new Date(time))
    expect(readTicks(systemFiles, root, 'run').map((tick) => tick.toISOString())).toEqual(times)
    expect(readTicks(systemFiles, root, 'watch')).toEqual([])
  })

  it('that are damaged hide no others', async () => {
    const root = temporaryFolder()
    await recordTick(systemFiles, root, 'run', new Date('2026-05-01T00:00:00Z'))
    appendFileSync(join(root, '.unsilo/ticks-run.txt'), '2026-05-01T00:\0\0\n')
    await recordTick(systemFiles, root, 'run', new Date('2026-05-01T00:10:00Z'))
    expect(readTicks(systemFiles, root, 'run')).toHaveLength(2)
  })

  it('are forgotten after two weeks, once there are many', async () => {
    const root = temporaryFolder()
    const start = Date.parse('2026-01-01T00:00:00Z')
    await recordTick(systemFiles, root, 'run', new Date(start))
    const path = join(root, '.unsilo/ticks-run.txt')
    const lines = Array.from({ length: 22_000 }, (_, index) => new Date(start + index * 300_000).toISOString())
    appendFileSync(path, `${lines.join('\n')}\n`)
    const now = new Date(start + 22_000 * 300_000)
    await recordTick(systemFiles, root, 'run', now)
    const kept = readTicks(systemFiles, root, 'run')
    expect(kept.at(-1)).toEqual(now)
    expect(now.getTime() - kept[0]!.getTime()).toBeLessThanOrEqual(14 * 86_400_000)
    expect(kept).toHaveLength(4032)
    expect(statSync(path).size).toBeLessThan(110_000)
  })
})
