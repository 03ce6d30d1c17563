import { join } from 'node:path'
import { UnsiloError } from '../errors.ts'
import type { Files } from '../system/files.ts'
import { replaceFile } from '../system/replace-file.ts'
import type { JobName } from './timers/job.ts'
import type { TimerKind } from './timers/timers.ts'

/** What was installed for a root: what is to be seen, whatever has become of the timers. */
export interface InstalledSchedule {
  by: TimerKind
  installedAt: string
  jobs: { job: JobName; everyMs: number }[]
}

function pathOf(root: string): string {
  return join(root, '.unsilo/schedule.json')
}

/** @throws UnsiloError `corrupt` */
export function readInstalled(files: Files, root: string): InstalledSchedule | undefined {
  const path = pathOf(root)
  const text = files.readText(path)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as InstalledSchedule
  } catch (error) {
    throw new UnsiloError('corrupt', `${path} is damaged`, {
      hint: 'Run `unsilo schedule install` again.',
      cause: error,
    })
  }
}

export async function writeInstalled(files: Files, root: string, installed: InstalledSchedule): Promise<void> {
  files.makeFolder(join(root, '.unsilo'))
  await replaceFile(files, pathOf(root), `${JSON.stringify(installed, null, 2)}\n`)
}

export async function forgetInstalled(files: Files, root: string): Promise<void> {
  await files.remove(pathOf(root))
}
