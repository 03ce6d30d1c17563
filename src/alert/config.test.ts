import fc from 'fast-check'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { sayProblem } from '../config/problem.ts'
import { loadRoot } from '../config/root-config.ts'
import { systemFiles } from '../system/files.ts'
import { configOf } from './alerts.fixture.ts'
import { rulesOf } from './config.ts'
import { lastDigestTime } from './digest-time.ts'
import { isAmong } from './rules.ts'

async function problemsOf(toml: string): Promise<string[]> {
  const root = temporaryFolder()
  writeFileSync(join(root, 'unsilo.toml'), toml)
  return (await loadRoot(systemFiles, root)).problems.map(sayProblem)
}

const mail = 'kind = "email"\nhost = "mail.example.org"\nfrom = "a@example.org"\nto = "me@example.org"\n'

describe('a mistake', () => {
  it.each([
    ['a kind that there is not', 'kind = "pager"', /:2: alerts\.x\.kind: /],
    ['a key that is misspelt', `${mail}min_severty = "error"`, /:6: .*did you mean "min_severity"\?/],
    ['a severity that there is not', `${mail}min_severity = "bad"`, /:6: alerts\.x\.min_severity: .*warning/],
    [
      'a secret in the configuration',
      `${mail}user = "me"\npassword = "hunter22"`,
      /:7: alerts\.x\.password: a secret never stands/,
    ],
    ['a user without a password', `${mail}user = "me"`, /:6: alerts\.x\.user: has no `password`/],
    [
      'a line break in an address',
      `${mail}# x\n`.replace('me@example.org', 'me@example.org\\nBcc: you@example.org'),
      /alerts\.x\.to: /,
    ],
    [
      'two addresses in one text',
      mail.replace('me@example.org', 'me@example.org, you@example.org'),
      /alerts\.x\.to: expected one address/,
    ],
    [
      'mail without TLS to another machine',
      `${mail}tls = "none"`,
      /:6: alerts\.x\.tls: without TLS, anybody on the way/,
    ],
    ['a time without a digest', `${mail}at = "07:00"`, /:6: alerts\.x\.at: means nothing without a digest/],
    ['a day of a daily digest', `${mail}digest = "daily"\non = "friday"`, /:7: alerts\.x\.on: .*weekly/],
    ['a time that is none', `${mail}digest = "daily"\nat = "25:00"`, /:7: alerts\.x\.at: "25:00" is not a time of day/],
    [
      'the address of a hook of Slack',
      'kind = "webhook"\nurl = "https://hooks.slack.com/services/T0/B0/xyz"',
      /:3: alerts\.x\.url: this address is a secret/,
    ],
    [
      'an address of Teams',
      'kind = "webhook"\nurl = "https://prod-1.westeurope.logic.azure.com:443/workflows/1/triggers?sig=x"',
      /this address is a secret/,
    ],
    [
      'http to another machine',
      'kind = "ntfy"\nurl = "http://ntfy.example.org"\ntopic = "t"',
      /:3: alerts\.x\.url: this address begins with http:\/\//,
    ],
    [
      'no address at all',
      'kind = "gotify"\nurl = "gotify.example.org"\ntoken = { env = "T" }',
      /:3: alerts\.x\.url: this is not an address/,
    ],
    [
      'a password in an address',
      'kind = "gotify"\nurl = "https://a:b@gotify.example.org"\ntoken = { env = "T" }',
      /holds a user name or a password/,
    ],
    ['a topic that ntfy does not know', 'kind = "ntfy"\ntopic = "my topic"', /alerts\.x\.topic: /],
  ])('is told with its line: %s', async (_, keys, expected) => {
    const problems = await problemsOf(`[alerts.x]\n${keys}\n`)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(expected)
    expect(problems[0]).not.toMatch(/hunter22|xyz$/)
  })

  it('in the name of a channel is told', async () => {
    expect((await problemsOf(`[alerts."My mail"]\n${mail}`))[0]).toContain('the name of a channel has small letters')
  })
})

it('in one channel keeps neither the others nor the exports from anything', async () => {
  const root = temporaryFolder()
  const good = '[alerts.good]\nkind = "desktop"\n'
  writeFileSync(
    join(root, 'unsilo.toml'),
    `${good}[alerts.bad]\nkind = "fax"\n[targets.nas]\nkind = "folder"\npath = "x"\n`,
  )
  const one = await loadRoot(systemFiles, root)
  expect(one.problems.map(({ line, key }) => [line, key])).toEqual([[4, 'alerts.bad.kind']])
  expect([Object.keys(one.root.alerts), Object.keys(one.root.targets!)]).toEqual([['good'], ['nas']])
  // Nor does a mistake elsewhere keep channels from telling.
  writeFileSync(join(root, 'unsilo.toml'), `targts = 1\nalerts = 2\n`)
  expect((await loadRoot(systemFiles, root)).problems.map(({ line }) => line)).toEqual([1, 2])
  writeFileSync(join(root, 'unsilo.toml'), `targts = 1\n${good}`)
  const other = await loadRoot(systemFiles, root)
  expect([other.problems.length, other.root.targets, Object.keys(other.root.alerts)]).toEqual([1, undefined, ['good']])
})

describe('what is no mistake', () => {
  it.each([
    ['http to this machine', 'kind = "ntfy"\nurl = "http://localhost:8080"\ntopic = "t"'],
    ['http where it is allowed', 'kind = "gotify"\nurl = "http://nas.lan"\ninsecure = true\ntoken = { env = "T" }'],
    ['mail to this machine', 'kind = "email"\nhost = "localhost"\ntls = "none"\nfrom = "a@b"\nto = ["A <a@b>", "c@d"]'],
    ['a weekly digest', `${mail}digest = "weekly"\nat = "6:30"\non = "friday"`],
    ['datasets', 'kind = "desktop"\ndatasets = ["photos-*", "!photos-old"]'],
  ])('is taken: %s', async (_, keys) => {
    expect(await problemsOf(`[alerts.x]\n${keys}\n`)).toEqual([])
  })
})

it('gives each channel its rules', () => {
  expect(rulesOf('mail', configOf({ kind: 'desktop', digest: 'weekly', at: '6:30', datasets: ['a'] }))).toEqual({
    name: 'mail',
    minSeverity: 'warning',
    datasets: ['a'],
    resolved: true,
    digest: { every: 'weekly', hour: 6, minute: 30, weekday: 'monday' },
  })
})

it('chooses datasets by pattern', () => {
  const chosen = (patterns: string[]): string[] =>
    ['todo', 'photos-a', 'photos-old', 'a.b', 'axb'].filter((name) => isAmong(name, patterns))
  expect(chosen([])).toHaveLength(5)
  expect(chosen(['photos-*', '!*-old'])).toEqual(['photos-a'])
  expect(chosen(['!photos-*'])).toEqual(['todo', 'a.b', 'axb'])
  expect(chosen(['a.b', 't?do'])).toEqual(['todo', 'a.b'])
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 })
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(name, pattern, (one, wanted) => {
      const asRegExp = new RegExp(`^${wanted.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`)
      expect(isAmong(one, [wanted])).toBe(asRegExp.test(one))
    }),
  )
})

it('finds the last time of a digest, whenever the clocks change', () => {
  const times = fc.record({
    every: fc.constantFrom('daily' as const, 'weekly' as const),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    weekday: fc.constantFrom('sunday' as const, 'wednesday' as const, 'saturday' as const),
  })
  const now = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(times, now, (time, at) => {
      const last = lastDigestTime(time, at)
      const days = (at.getTime() - last.getTime()) / 86_400_000
      expect(days).toBeGreaterThanOrEqual(0)
      expect(days).toBeLessThan((time.every === 'daily' ? 1 : 7) + 0.1)
    }),
  )
})
