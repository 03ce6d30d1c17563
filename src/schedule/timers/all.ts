import { UnsiloError } from '../../errors.ts'
import { cronTimers } from './cron.ts'
import { launchdTimers } from './launchd.ts'
import { systemdTimers } from './systemd.ts'
import { type TimerKind, type Timers, type TimersContext, timerKinds } from './timers.ts'

export function timersOf(kind: TimerKind, context: TimersContext): Timers {
  switch (kind) {
    case 'systemd':
      return systemdTimers(context)
    case 'launchd':
      return launchdTimers(context)
    case 'cron':
      return cronTimers(context)
  }
}

/** The first kind that this machine has. @throws UnsiloError `missing-program` */
export async function timersHere(context: TimersContext): Promise<Timers> {
  for (const kind of timerKinds) {
    const timers = timersOf(kind, context)
    if (await timers.isThere()) return timers
  }
  throw new UnsiloError('missing-program', 'there is no systemd for this user, no launchd and no crontab here', {
    hint: 'In a container, start `unsilo daemon` instead.',
  })
}
