import { spawn } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { isAtWork } from './process-at-work.ts'

describe('isAtWork', () => {
  it('is true of a process that is there and has the file open', (context) => {
    const path = join(temporaryFolder(), 'ledger')
    writeFileSync(path, '')
    const descriptor = openSync(path, 'a')
    expect(isAtWork(process.pid, path)).toBe(true)
    closeSync(descriptor)
    if (process.platform !== 'linux') return context.skip('only Linux tells what a process has open')
    expect(isAtWork(process.pid, path)).toBe(false)
  })

  it('is false of a process that has ended', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    await new Promise((resolve) => child.once('close', resolve))
    expect(isAtWork(child.pid!, import.meta.filename)).toBe(false)
  })
})
