import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import pc from 'picocolors'
import { noLog } from '../../src/cli/app-log.ts'
import type { App } from '../../src/cli/app.ts'
import { systemFiles } from '../../src/system/files.ts'
import { FakeClock } from './fake-clock.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** What a verb needs, in a root of its own, with a clock that is moved. */
export interface TestApp {
  app: App
  clock: FakeClock
  /** What was shown, and told on stderr. */
  shown: string[]
  noted: string[]
  write(path: string, text: string): void
}

export function testApp(start: string): TestApp {
  const root = temporaryFolder()
  const clock = new FakeClock(start)
  const plain = pc.createColors(false)
  const shown: string[] = []
  const noted: string[] = []
  const app: App = {
    cwd: root,
    root,
    context: { system: { clock, files: systemFiles, random: () => 0 }, signal: new AbortController().signal },
    json: false,
    quiet: false,
    verbose: false,
    isWatched: false,
    columns: 80,
    colors: { out: plain, err: plain },
    print: (text) => void shown.push(text),
    printJson: (value) => void shown.push(JSON.stringify(value)),
    note: (text) => void noted.push(text),
    log: noLog,
  }
  return {
    app,
    clock,
    shown,
    noted,
    write(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    },
  }
}
