import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { prometheusText } from './prometheus.ts'
import type { Status } from './status.ts'

const status: Status = {
  version: 1,
  at: '2026-03-01T07:00:00.000Z',
  validUntil: '2026-03-01T07:35:00.000Z',
  host: 'laptop',
  root: '/home/you/ex"ports\\new\nline',
  unsilo: '0.1.0',
  ok: false,
  incidents: { info: 0, warning: 1, error: 2, critical: 0 },
  open: [],
  datasets: [
    {
      dataset: 'todo',
      health: 'late',
      lastSuccess: { parcel: '2026-02-27T070000Z', at: '2026-02-27T07:00:00.000Z', ageMs: 172_800_000 },
      goodParcels: 3,
      copies: 2,
      verifiedAt: '2026-02-28T07:00:00.000Z',
      metrics: { bytes: 1200, files: 1, tasks: 42 },
    },
    { dataset: 'never', health: 'never', goodParcels: 0, metrics: {} },
  ],
  channels: [{ channel: 'mail', since: '2026-03-01T06:00:00.000Z', reason: 'no answer' }],
  published: [],
}

interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

/** Reads the text format as Prometheus does, and is stricter: https://prometheus.io/docs/instrumenting/exposition_formats/ */
function parse(text: string): Sample[] {
  expect(text.endsWith('\n')).toBe(true)
  const samples: Sample[] = []
  const seen: string[] = []
  let open = ''
  let isTyped = false
  for (const line of text.slice(0, -1).split('\n')) {
    const [, helped] = /^# HELP ([a-z_]+) [^\\]+$/.exec(line) ?? []
    const [, typed] = /^# TYPE ([a-z_]+) gauge$/.exec(line) ?? []
    if (helped !== undefined) {
      // All lines of a metric stand together.
      expect(seen).not.toContain(helped)
      seen.push(helped)
      open = helped
      isTyped = false
    } else if (typed === undefined) {
      const [, name, inner, value] = /^([a-z_]+)\{(.*)\} (\S+)$/.exec(line) ?? []
      expect([name, isTyped]).toEqual([open, true])
      const labels: Record<string, string> = {}
      const rest = inner!.replaceAll(
        /([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=.)|$)/g,
        (_, label: string, said: string) => {
          expect(labels).not.toHaveProperty(label)
          labels[label] = said.replaceAll(/\\(.)/g, (_whole, char: string) => (char === 'n' ? '\n' : char))
          return ''
        },
      )
      expect(rest).toBe('')
      expect(Number.isFinite(Number(value))).toBe(true)
      samples.push({ name: name!, labels, value: Number(value) })
    } else {
      expect(typed).toBe(open)
      isTyped = true
    }
  }
  const keys = samples.map(({ name, labels }) => JSON.stringify([name, labels]))
  expect(new Set(keys).size).toBe(keys.length)
  return samples
}

it('is the text format of Prometheus, with names escaped', () => {
  const samples = parse(prometheusText(status))
  const valueOf = (name: string, more: object = { dataset: 'todo' }): number | undefined =>
    samples.find((one) => one.name === name && Object.entries(more).every(([key, value]) => one.labels[key] === value))
      ?.value
  expect(samples.every(({ labels }) => labels['root'] === status.root)).toBe(true)
  expect({
    watched: valueOf('unsilo_watch_timestamp_seconds', {}),
    success: valueOf('unsilo_last_success_timestamp_seconds'),
    age: valueOf('unsilo_last_success_age_seconds'),
    bytes: valueOf('unsilo_bytes'),
    items: valueOf('unsilo_items', { dataset: 'todo', metric: 'tasks' }),
    copies: valueOf('unsilo_copies'),
    verified: valueOf('unsilo_verify_age_seconds'),
    errors: valueOf('unsilo_incidents', { severity: 'error' }),
    late: valueOf('unsilo_health', { dataset: 'todo', state: 'late' }),
    good: valueOf('unsilo_health', { dataset: 'todo', state: 'good' }),
    nothing: valueOf('unsilo_bytes', { dataset: 'never' }),
  }).toEqual({
    watched: 1_772_348_400,
    success: 1_772_175_600,
    age: 172_800,
    bytes: 1200,
    items: 42,
    copies: 2,
    verified: 86_400,
    errors: 2,
    late: 1,
    good: 0,
    nothing: undefined,
  })
})

it('passes promtool, where that is here', (context) => {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' })
  } catch {
    context.skip('promtool is not installed')
  }
  expect(() => execFileSync('promtool', ['check', 'metrics'], { input: prometheusText(status) })).not.toThrow()
})
