import type { Files } from '../../system/files.ts'
import type { Job, JobName, Place } from './job.ts'

/** A service of the operating system that starts programs at times. */
export interface Timers {
  kind: TimerKind
  /** Whether it is there, and lets this user in. */
  isThere(): Promise<boolean>
  /** Replaces what is installed for this place. @returns What was done, in sentences. @throws UnsiloError */
  install(jobs: readonly Job[], place: Place): Promise<string[]>
  /** @returns What was done; nothing when nothing was there. @throws UnsiloError */
  remove(place: Place): Promise<string[]>
  /** What is installed for this place. */
  look(place: Place): Promise<InstalledTimer[]>
}

export const timerKinds = ['systemd', 'launchd', 'cron'] as const
export type TimerKind = (typeof timerKinds)[number]

export interface InstalledTimer {
  job: JobName
  /** A file, or `crontab`. */
  where: string
  isActive: boolean
  /** What else a person should know of it, and what to do. */
  note?: string
}

/** What timers need to know of the user. */
export interface TimersContext {
  files: Files
  signal: AbortSignal
  /** Where programs keep their settings: `~/.config`. */
  configFolder: string
  home: string
  user: string
}

export const jobNames = ['run', 'watch'] as const satisfies readonly JobName[]
