import { join } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import { askProgram, succeeds } from '../../system/ask-program.ts'
import { replaceFile } from '../../system/replace-file.ts'
import type { JobName, Place } from './job.ts'
import { launchdAgent } from './launchd-agent.ts'
import { timerName } from './place.ts'
import { type InstalledTimer, type Timers, type TimersContext, jobNames } from './timers.ts'

/** Agents of the user's own launchd, on a Mac. */
export function launchdTimers({ files, signal, home }: TimersContext): Timers {
  const folder = join(home, 'Library/LaunchAgents')
  const domain = `gui/${process.getuid?.() ?? 0}`
  const pathOf = (place: Place, job: JobName): string => join(folder, `${timerName(place, job)}.plist`)
  const ask = (...parameters: string[]): ReturnType<typeof askProgram> =>
    askProgram(['launchctl', ...parameters], { signal, timeoutMs: 30_000 })

  return {
    kind: 'launchd',
    isThere: () => succeeds(['launchctl', 'print', domain], { signal, timeoutMs: 30_000 }),
    async install(jobs, place) {
      files.makeFolder(folder)
      const done: string[] = []
      for (const job of jobs) {
        const path = pathOf(place, job.name)
        await replaceFile(files, path, launchdAgent(job, place))
        // One that is loaded already is not read again.
        await ask('bootout', `${domain}/${timerName(place, job.name)}`)
        const { status, stderr } = await ask('bootstrap', domain, path)
        if (status !== 0) {
          throw new UnsiloError('command-failed', `launchctl bootstrap failed: ${stderr.trim()}`, {
            hint: `\`plutil -lint ${path}\` says what is wrong with it.`,
          })
        }
        done.push(`${job.name}: ${path}`)
      }
      return done
    },
    async remove(place) {
      const done: string[] = []
      for (const job of jobNames) {
        const path = pathOf(place, job)
        if (files.info(path) === undefined) continue
        await ask('bootout', `${domain}/${timerName(place, job)}`)
        await files.remove(path)
        done.push(`${job}: ${path}`)
      }
      return done
    },
    async look(place) {
      const found: InstalledTimer[] = []
      for (const job of jobNames) {
        const where = pathOf(place, job)
        if (files.info(where) === undefined) continue
        found.push({ job, where, isActive: (await ask('print', `${domain}/${timerName(place, job)}`)).status === 0 })
      }
      return found
    },
  }
}
