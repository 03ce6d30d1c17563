import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { jobLines, withJobs, withoutJobs } from './crontab.ts'
import { frequencyOf } from './frequency.ts'
import type { Job, Place } from './job.ts'
import { launchdAgent } from './launchd-agent.ts'
import { placeOf, timerName } from './place.ts'
import { systemdUnits } from './systemd-units.ts'

const minute = 60_000
const hour = 60 * minute
const possible = [1, 2, 5, 10, 15, 30, 60, 120, 720, 1440].map((minutes) => minutes * minute)

function job(over: Partial<Job> = {}): Job {
  return {
    name: 'run',
    everyMs: 5 * minute,
    command: ['/usr/bin/node', '/opt/unsilo.js', '--root', '/home/you/exports', 'run'],
    searchPath: '/usr/local/bin:/usr/bin:/bin',
    ...over,
  }
}

/** Words with all that means something to systemd, cron or a shell. */
const word = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '%', '$', '"', "'", '\\', '#', '&', '<', ';', '~', '*') })
const place: Place = placeOf('/home/you/My exports')
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0

describe('a frequency', () => {
  it('is one that divides an hour or a day', () => {
    for (const everyMs of possible) expect(() => frequencyOf(everyMs)).not.toThrow()
    expect(() => frequencyOf(7 * minute)).toThrow('a timer cannot fire every 7 minutes')
    expect(() => frequencyOf(25 * hour)).toThrow('every 1 day 1 hour')
    expect(() => frequencyOf(1000)).toThrow('every 1 second')
  })
})

describe('names of timers', () => {
  it('tell roots apart and are safe as file names', () => {
    expect(timerName(place, 'run')).toMatch(/^unsilo-run-my-exports-[0-9a-f]{6}$/)
    expect(placeOf('/a/exports').id).not.toBe(placeOf('/b/exports').id)
    expect(placeOf('/').id).toMatch(/^root-/)
  })
})

describe('a crontab', () => {
  const others = '# mine\nMAILTO=you@example.org\n*/5 * * * * echo run # unsilo-run-other-123456\n'

  it('keeps all other lines, and has its own once', () => {
    const once = withJobs(others, [job(), job({ name: 'watch', everyMs: 15 * minute })], place)
    expect(once.startsWith(others)).toBe(true)
    expect(jobLines(once, place)).toHaveLength(2)
    expect(withJobs(once, [job({ everyMs: hour })], place)).toBe(
      `${others}0 * * * * PATH=/usr/local/bin:/usr/bin:/bin /usr/bin/node /opt/unsilo.js --root /home/you/exports run # ${timerName(place, 'run')}\n`,
    )
    expect(withoutJobs(once, place)).toBe(others)
    expect(withJobs('no end of line', [job()], place)).toMatch(/^no end of line\n\*\/5/)
  })

  it('hands every word to the program as it is, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
        const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))'
        const command = [process.execPath, '-e', script, '--', ...words] as const
        const [line] = jobLines(withJobs('', [job({ command: [...command] as Job['command'] })], place), place)
        // cron ends the command at the first percent sign that has no backslash, and takes away the others' (crontab(5)).
        const shell = line!.split(' ').slice(5).join(' ')
        expect(shell).not.toMatch(/(?<!\\)%/)
        const said = execFileSync('/bin/sh', ['-c', shell.replaceAll('\\%', '%')], { encoding: 'utf8' })
        expect(JSON.parse(said)).toEqual(words)
      }),
      { numRuns: 15 },
    )
  })

  it('refuses a line break, which would begin another line', () => {
    expect(() => withJobs('', [job({ command: ['a\nb'] })], place)).toThrow('line break')
  })
})

describe('an agent of launchd', () => {
  it('is a property list, whatever the paths are', () => {
    fc.assert(
      fc.property(word, (text) => {
        const texts: string[] = []
        const parser = new SaxesParser()
        parser.on('text', (said) => texts.push(said))
        parser.on('error', (error) => {
          throw error
        })
        parser.write(launchdAgent(job({ command: ['/usr/bin/node', `x${text}y`] }), place)).close()
        expect(texts).toContain(`x${text}y`)
        expect(texts).toContain('300')
      }),
    )
  })
})

describe.skipIf(!hasSystemd)('units of systemd', () => {
  function verified(units: { service: string; timer: string }): string {
    const folder = temporaryFolder()
    const [service, timer] = [join(folder, 'unsilo-run-x.service'), join(folder, 'unsilo-run-x.timer')]
    writeFileSync(service, units.service)
    writeFileSync(timer, units.timer)
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', service, timer], {
      encoding: 'utf8',
    })
    const ours = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('unsilo'))
    return [...(status === 0 || ours.length === 0 ? [] : [`status ${status}`]), ...ours].join('\n')
  }

  it('are as systemd wants them, for every frequency', () => {
    for (const everyMs of possible) {
      const command = [process.execPath, '/opt/my "tools"/100% $HOME\\x.js', '--root', "/home/you/it's"] as const
      const units = systemdUnits(job({ everyMs, command: [...command] as Job['command'] }), place)
      expect(verified(units)).toBe('')
      const calendar = /OnCalendar=(.*)/.exec(units.timer)![1]!
      const { status, stdout } = spawnSync('systemd-analyze', ['calendar', '--iterations=3', calendar], {
        encoding: 'utf8',
      })
      expect(status).toBe(0)
      const times = [...stdout.matchAll(/(?:Next elapse|Iter\. #\d+): \w+ (\S+ \S+)/g)].map((match) =>
        Date.parse(match[1]!.replace(' ', 'T')),
      )
      expect(times).toHaveLength(3)
      expect(times[2]! - times[1]!).toBe(everyMs)
    }
  }, 60_000)

  it('are found to be wrong when they are', () => {
    const units = systemdUnits(job({ command: ['/no/such/program'] }), place)
    expect(verified(units)).toContain('/no/such/program')
  })
})
