import { join } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import { askProgram, succeeds } from '../../system/ask-program.ts'
import { replaceFile } from '../../system/replace-file.ts'
import { timerName } from './place.ts'
import { systemdUnits } from './systemd-units.ts'
import { type InstalledTimer, type Timers, type TimersContext, jobNames } from './timers.ts'

/** Timers of the user's own systemd. */
export function systemdTimers({ files, signal, configFolder, user }: TimersContext): Timers {
  const folder = join(configFolder, 'systemd/user')

  const ask = (...parameters: string[]): ReturnType<typeof askProgram> =>
    askProgram(['systemctl', '--user', ...parameters], { signal, timeoutMs: 30_000 })
  const tell = async (...parameters: string[]): Promise<void> => {
    const { status, stderr } = await ask(...parameters)
    if (status === 0) return
    const said = stderr.trim().split('\n').at(-1) ?? ''
    throw new UnsiloError('command-failed', `systemctl --user ${parameters.join(' ')} failed: ${said}`, {
      hint: `The units are in ${folder}; \`systemd-analyze --user verify ${folder}/unsilo-*\` says what is wrong with them.`,
    })
  }
  const lingers = async (): Promise<boolean> => {
    const { status, stdout } = await askProgram(['loginctl', 'show-user', user, '--property=Linger'], { signal })
    // Where it cannot be asked there is nothing to say about it.
    return status !== 0 || stdout.trim() !== 'Linger=no'
  }
  const pathsOf = (name: string): { service: string; timer: string } => ({
    service: join(folder, `${name}.service`),
    timer: join(folder, `${name}.timer`),
  })

  return {
    kind: 'systemd',
    isThere: () => succeeds(['systemctl', '--user', 'show-environment'], { signal, timeoutMs: 30_000 }),
    async install(jobs, place) {
      files.makeFolder(folder)
      const done: string[] = []
      for (const job of jobs) {
        const name = timerName(place, job.name)
        const [units, paths] = [systemdUnits(job, place), pathsOf(name)]
        await replaceFile(files, paths.service, units.service)
        await replaceFile(files, paths.timer, units.timer)
        done.push(`${job.name}: ${paths.timer}`)
      }
      await tell('daemon-reload')
      for (const job of jobs) await tell('enable', '--now', `${timerName(place, job.name)}.timer`)
      return done
    },
    async remove(place) {
      const done: string[] = []
      for (const job of jobNames) {
        const name = timerName(place, job)
        const paths = pathsOf(name)
        if (files.info(paths.timer) === undefined && files.info(paths.service) === undefined) continue
        await ask('disable', '--now', `${name}.timer`)
        await files.remove(paths.timer)
        await files.remove(paths.service)
        done.push(`${job}: ${paths.timer}`)
      }
      if (done.length > 0) await ask('daemon-reload')
      return done
    },
    async look(place) {
      const found: InstalledTimer[] = []
      for (const job of jobNames) {
        const name = timerName(place, job)
        const { timer } = pathsOf(name)
        if (files.info(timer) === undefined) continue
        const isActive = (await ask('is-active', `${name}.timer`)).status === 0
        const note = (await lingers())
          ? undefined
          : `It stops when ${user} logs out; \`loginctl enable-linger ${user}\` lets it go on.`
        found.push({ job, where: timer, isActive, ...(note === undefined ? {} : { note }) })
      }
      return found
    },
  }
}
