import { type Command, Option } from 'commander'
import type { DaemonArguments } from './daemon.ts'
import { duration } from './option-values.ts'
import type { RehearseArguments } from './rehearse.ts'
import { faults } from '../rehearsal/fault-names.ts'
import type { InstallArguments } from './schedule.ts'
import { lazily, verb } from './verb.ts'
import type { WatchArguments } from './watch.ts'

const minuteMs = 60_000

/** The verbs by which unsilo is started again and again. */
export function addScheduleVerbs(program: Command): void {
  const every = (): Option =>
    new Option('--every <duration>', 'start `run` so often').argParser(duration).default(5 * minuteMs, '5m')
  const watchEvery = (): Option =>
    new Option('--watch-every <duration>', 'start `watch` so often').argParser(duration).default(15 * minuteMs, '15m')
  verb(program, 'watch', 'look whether all is well, and tell those who are to know when it is not')
    .addOption(new Option('--scheduled').hideHelp())
    .action((options: WatchArguments, command: Command) =>
      lazily(async () => (await import('./watch.ts')).watch)(options, command),
    )
  verb(program, 'rehearse', 'make a fault happen to a copy of a dataset, and show who would be told what')
    .argument('<dataset>', 'a name below the root, or a path')
    .addOption(new Option('--fail <fault>', 'what goes wrong').choices(faults))
    .option('--send', 'really send the messages, marked as a rehearsal')
    .action((dataset: string, options: Omit<RehearseArguments, 'dataset'>, command: Command) =>
      lazily(async () => (await import('./rehearse.ts')).rehearse)({ dataset, ...options }, command),
    )
  const schedule = verb(program, 'schedule', 'let the operating system start `run` and `watch`')
  verb(schedule, 'install', 'write and enable timers of systemd or launchd, or lines of a crontab')
    .addOption(every())
    .addOption(watchEvery())
    .addOption(
      new Option('--with <kind>', 'which of them (default: the first that is here)').choices([
        'systemd',
        'launchd',
        'cron',
      ]),
    )
    .action((options: InstallArguments, command: Command) =>
      lazily(async () => (await import('./schedule.ts')).installSchedule)(options, command),
    )
  verb(schedule, 'status', 'when the timers should have fired, and when they did').action(
    (options: object, command: Command) =>
      lazily(async () => (await import('./schedule.ts')).scheduleStatus)(options, command),
  )
  verb(schedule, 'remove', 'take the timers away').action((options: object, command: Command) =>
    lazily(async () => (await import('./schedule.ts')).removeSchedule)(options, command),
  )
  verb(program, 'daemon', 'start `run` and `watch` again and again, in the foreground, as in a container')
    .addOption(every())
    .addOption(watchEvery())
    .action((options: DaemonArguments, command: Command) =>
      lazily(async () => (await import('./daemon.ts')).daemon)(options, command),
    )
}
