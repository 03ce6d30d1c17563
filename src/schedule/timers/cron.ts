import { UnsiloError } from '../../errors.ts'
import { askProgram } from '../../system/ask-program.ts'
import { jobLines, withJobs, withoutJobs } from './crontab.ts'
import { timerName } from './place.ts'
import { type Timers, type TimersContext, jobNames } from './timers.ts'

/** Lines of the user's crontab. */
export function cronTimers({ signal }: Pick<TimersContext, 'signal'>): Timers {
  const ask = (parameters: readonly string[], input?: string): ReturnType<typeof askProgram> =>
    askProgram(['crontab', ...parameters], { signal, timeoutMs: 30_000, ...(input === undefined ? {} : { input }) })

  const read = async (): Promise<string> => {
    const { status, stdout, stderr } = await ask(['-l'])
    if (status === 0) return stdout
    if (/no crontab/i.test(stderr)) return ''
    throw failed('-l', stderr)
  }
  const write = async (crontab: string): Promise<void> => {
    const isEmpty = crontab.trim() === ''
    const { status, stderr } = isEmpty ? await ask(['-r']) : await ask(['-'], crontab)
    if (status !== 0) throw failed(isEmpty ? '-r' : '-', stderr)
  }

  return {
    kind: 'cron',
    async isThere() {
      try {
        await read()
        return true
      } catch {
        return false
      }
    },
    async install(jobs, place) {
      await write(withJobs(await read(), jobs, place))
      return jobLines(await read(), place)
    },
    async remove(place) {
      const crontab = await read()
      const lines = jobLines(crontab, place)
      if (lines.length > 0) await write(withoutJobs(crontab, place))
      return lines
    },
    async look(place) {
      const lines = jobLines(await read(), place)
      return jobNames
        .filter((job) => lines.some((line) => line.endsWith(timerName(place, job))))
        .map((job) => ({ job, where: 'crontab', isActive: true }))
    },
  }
}

function failed(parameter: string, said: string): UnsiloError {
  return new UnsiloError('command-failed', `crontab ${parameter} failed: ${said.trim()}`, {
    hint: 'Look at `crontab -l`; /etc/cron.allow and /etc/cron.deny say who may have one.',
  })
}
