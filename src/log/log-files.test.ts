import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { levelOf } from './entry.ts'
import { type LogFiles, openLogFiles } from './log-files.ts'

async function open(folder: string, keptDays = 366): Promise<{ log: LogFiles; failures: unknown[] }> {
  const failures: unknown[] = []
  return { log: await openLogFiles(folder, keptDays, (error) => failures.push(error)), failures }
}

function read(folder: string, kind: string): string[] {
  const name = readdirSync(folder).find((file) => file.startsWith(kind))
  return name === undefined ? [] : readFileSync(join(folder, name), 'utf8').trim().split('\n')
}

describe('logs', () => {
  it('have what is at least as bad as their name, one line an entry', async () => {
    const folder = join(temporaryFolder(), 'log')
    const { log } = await open(folder)
    log.write({ level: 'debug', message: 'a step' })
    log.write({ level: 'info', message: 'exported', dataset: 'todo' })
    log.write({ level: 'warning', message: 'is {odd}: 100%' })
    log.write({ level: 'error', message: 'failed\n  twice', dataset: 'todo', hint: 'Mend it.' })
    log.write({ level: 'critical', message: 'is damaged' })
    await log.close()
    expect(read(folder, 'debug')).toHaveLength(5)
    expect(read(folder, 'info').slice(0, 2)).toEqual([
      expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [+-]\d\d:\d\d {2}info {6}todo: exported$/),
      expect.stringMatching(/warning {3}is \{odd\}: 100%$/),
    ])
    expect(read(folder, 'error')).toEqual([
      expect.stringMatching(/error {5}todo: failed twice → Mend it\.$/),
      expect.stringMatching(/critical {2}is damaged$/),
    ])
    expect(read(folder, 'critical')).toHaveLength(1)
    const day = new Date()
    const local = `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`
    expect(readdirSync(folder)).toContain(`error-${local}.log`)
  })

  it('are added to, and made only when there is something for them', async () => {
    const folder = join(temporaryFolder(), 'log')
    const empty = await open(folder)
    await empty.log.close()
    expect(existsSync(folder)).toBe(false)
    for (const message of ['one', 'two']) {
      const { log } = await open(folder)
      log.write({ level: 'error', message })
      await log.close()
    }
    expect(read(folder, 'error')).toHaveLength(2)
    expect(read(folder, 'critical')).toEqual([])
  })

  it('are there at once when they are bad, without an end', async () => {
    const folder = join(temporaryFolder(), 'log')
    const { log } = await open(folder)
    log.write({ level: 'error', message: 'now' })
    expect(read(folder, 'error')).toHaveLength(1)
    await log.close()
  })

  it('are removed when they are too old, and nothing else is', async () => {
    const folder = temporaryFolder()
    const dayAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
    const names = [`info-${dayAgo(3)}.log`, `info-${dayAgo(30)}.log`, `error-${dayAgo(400)}.log`, 'notes.log', 'x.txt']
    for (const name of names) writeFileSync(join(folder, name), 'old')
    const { log } = await open(folder, 10)
    log.write({ level: 'error', message: 'new' })
    await log.close()
    const left = readdirSync(folder)
    expect(left).toEqual(expect.arrayContaining([names[0], 'notes.log', 'x.txt']))
    expect(left).not.toContain(names[1])
    expect(left).not.toContain(names[2])
  })

  it('that cannot be written are told once', async () => {
    const folder = temporaryFolder()
    const blocked = join(folder, 'log')
    writeFileSync(blocked, 'a file')
    const { log, failures } = await open(blocked)
    log.write({ level: 'error', message: 'one' })
    log.write({ level: 'error', message: 'two' })
    await log.close()
    expect(failures).toHaveLength(1)
  })
})

describe('a problem', () => {
  it('is critical when data may be at risk', () => {
    expect(levelOf({ severity: 'error', code: 'network' })).toBe('error')
    expect(levelOf({ severity: 'warning', code: 'git' })).toBe('warning')
    expect(levelOf({ severity: 'warning', code: 'corrupt' })).toBe('critical')
    expect(levelOf({ severity: 'error', code: 'no-space' })).toBe('critical')
  })
})
