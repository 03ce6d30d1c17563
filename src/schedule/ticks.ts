import { join } from 'node:path'
import { dayMs } from '../system/duration.ts'
import type { Files } from '../system/files.ts'
import { replaceFile } from '../system/replace-file.ts'
import type { JobName } from './timers/job.ts'

/** Half a year of ticks every five minutes would be a megabyte; what is older than this says nothing any more. */
const keptMs = 14 * dayMs
const longestBytes = 512 * 1024

function pathOf(root: string, job: JobName): string {
  return join(root, '.unsilo', `ticks-${job}.txt`)
}

/** Notes that a timer has started a job: a line with the time. */
export async function recordTick(files: Files, root: string, job: JobName, now: Date): Promise<void> {
  const path = pathOf(root, job)
  files.makeFolder(join(root, '.unsilo'))
  if ((files.info(path)?.sizeBytes ?? 0) > longestBytes) {
    const young = readTicks(files, root, job).filter((tick) => now.getTime() - tick.getTime() < keptMs)
    await replaceFile(files, path, young.map(lineOf).join(''))
  }
  const sink = await files.append(path)
  try {
    await sink.write(lineOf(now))
  } finally {
    await sink.close()
  }
}

/** When timers have started a job, oldest first. Lines that are damaged are left out. */
export function readTicks(files: Files, root: string, job: JobName): Date[] {
  return (files.readText(pathOf(root, job)) ?? '')
    .split('\n')
    .map((line) => new Date(line))
    .filter((tick) => !Number.isNaN(tick.getTime()))
    .sort((a, b) => a.getTime() - b.getTime())
}

function lineOf(tick: Date): string {
  return `${tick.toISOString()}\n`
}
