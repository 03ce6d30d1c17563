import { parcelIdAt } from '../../parcel/id.ts'
import { dayMs } from '../../system/duration.ts'
import type { Past, Pasts } from '../past/past.ts'
import { type Attempt, dayStates } from '../past/strip.ts'
import type { DatasetReport, Report } from '../report.ts'
import { type BadHealth, type Health, type Warning, healthStates, rankOf, warningOf } from '../warnings.ts'

const now = new Date('2026-03-31T13:40:00Z')
const at = now.toISOString()
const hourMs = dayMs / 24

export interface Made {
  report: Report
  pasts: Pasts
}

/** Numbers that look like chance, the same each time. */
function numbers(seed: number): () => number {
  let state = seed * 2654435761 + 1
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 0) / 2 ** 32
  }
}

const messages: Readonly<Record<BadHealth, [message: string, hint: string]>> = {
  broken: [
    '/exports/x/metrics.csv is damaged: a quote that is not closed',
    'Mend that line, or move the file away and run `unsilo metrics recompute x`.',
  ],
  gone: [
    'the newest successful parcel, 2026-03-30T060000Z, is gone from /exports/x/data',
    'Put it back if you moved it; otherwise `unsilo export x` makes a new one.',
  ],
  damaged: [
    '1 of 3 copies was not as it should be when it was verified last',
    'Look at the disk. `unsilo verify x --all` reads everything again.',
  ],
  never: [
    'there is no good parcel',
    'Ask for the export at https://takeout.example.org/settings?tab=data&x=1. Put the file where ingest.paths finds it, then `unsilo run`.',
  ],
  failing: [
    'the newest export, of 2026-03-31 09:40 UTC, the last of 3 in a row, failed: 401 Unauthorized at https://api.example.org/v1/tasks',
    'Make a new token and put it where `env` says; then `unsilo export x`.',
  ],
  suspect: [
    'the newest parcel, 7 hours ago, is suspect: it has 12 kB, the median of the last ten is 1.2 MB',
    'Look at it: `unsilo show x 2026-03-31T060000Z`. If it is right: `unsilo accept x 2026-03-31T060000Z`.',
  ],
  frozen: [
    'exports succeed, but the newest item has been the same for 9 days',
    'See whether the token still shows everything.',
  ],
  late: [
    'the last good parcel is from 2026-03-28 06:40 UTC; the interval is 1 day',
    'Check that `unsilo run` is started regularly; `unsilo why x`.',
  ],
  gap: [
    'two parcels of view events do not overlap: 6 hours of data are lost',
    'Export more often: the interval may be 4 hours at most.',
  ],
  full: ['the disk will be full in 9 days', 'Make room on /exports, or keep fewer parcels.'],
  unpublished: ['nas lacks 4 parcels', 'See whether it is there, then `unsilo publish x`.'],
  unverified: ['the copy at vault was checked 200 days ago', '`unsilo verify x` reads it again.'],
  undrained: ['whether 3 records were deleted on the server is open', '`unsilo drain x` looks again.'],
  unlikely: [
    'check tasks.created (not_null) failed in the last run: 3 of 812 rows',
    '`unsilo check x` names the items.',
  ],
  unmeasured: [
    'metric tasks of 2026-03-31T060000Z is ERROR',
    'Mend metrics.tasks.cmd. Run `unsilo metrics recompute x`.',
  ],
}

function looked(warnings: readonly Warning[]): DatasetReport['judgements'] {
  const bad = warnings.map(({ cause, message }) => ({ cause, ok: false, finding: message }))
  return [
    ...bad,
    { cause: 'figures', ok: true, finding: 'the newest parcel is like the 20 before: 812 tasks, usually 780 to 840' },
    { cause: 'unverified', ok: true, finding: 'every copy was verified in the last 90 days' },
  ]
}

/** A dataset with half a year of history, as its state has it. */
function dataset(name: string, health: Health, seed: number, more: Partial<DatasetReport> = {}): [DatasetReport, Past] {
  const random = numbers(seed)
  const isBad = health !== 'good' && health !== 'idle' && health !== 'running'
  const size = 1000 * 10 ** (1 + 4 * random())
  const values = Array.from({ length: 180 }, (_, day) =>
    Math.round(size * (0.7 + 0.0018 * day) + size * 0.05 * random()),
  )
  const items = values.map((_, day) => Math.round(400 + day * (1 + random()) + 30 * random()))
  const failedDays = health === 'late' ? 0 : health === 'failing' ? 3 : 0
  const lateDays = health === 'late' ? 3 : 0
  const attempts = Array.from({ length: 120 }, (_, ago): Attempt => {
    const state =
      ago < failedDays || random() < 0.05
        ? 'failed'
        : (health === 'suspect' && ago === 0) || random() < 0.02
          ? 'suspect'
          : 'good'
    return { at: new Date(now.getTime() - ago * dayMs - 7 * hourMs), state }
  }).slice(lateDays)
  const lastAt = new Date(now.getTime() - (lateDays + failedDays) * dayMs - 7 * hourMs)
  const lastId = parcelIdAt(lastAt)
  const kinds = isBad
    ? [
        warningOf(health === 'full' ? 'disk' : health === 'unlikely' ? 'check' : health, {
          message: messages[health][0],
          hint: messages[health][1],
          since: new Date(now.getTime() - 3 * dayMs).toISOString(),
        }),
      ]
    : []
  const isEmpty = health === 'idle' || health === 'running' || health === 'never'
  const report: DatasetReport = {
    dataset: name,
    path: `/exports/${name}`,
    health,
    warnings: kinds,
    judgements: looked(kinds),
    growthPerDay: 2000,
    lastSuccess: isEmpty
      ? undefined
      : { parcel: lastId, at: lastAt.toISOString(), ageMs: now.getTime() - lastAt.getTime() },
    goodParcels: isEmpty ? 0 : 5 + Math.round(30 * random()),
    copies: isEmpty
      ? undefined
      : {
          parcel: lastId,
          count: health === 'damaged' ? 1 : 2,
          checkedAt: new Date(now.getTime() - 9 * dayMs).toISOString(),
          places: [
            { ok: true, how: 'sealed', checkedAt: lastAt.toISOString() },
            { target: 'vault', path: `${lastId}.json`, ok: health !== 'damaged', checkedAt: lastAt.toISOString() },
          ],
          lacking: health === 'unpublished' || random() < 0.2 ? ['nas'] : [],
          unpublished: [],
        },
    due: isEmpty ? '' : 'the last good parcel is 7 hours old; the interval is 1 day',
    nextAt: isEmpty ? undefined : new Date(now.getTime() + 17 * hourMs).toISOString(),
    metrics: isEmpty
      ? undefined
      : {
          parcels: [0, 7, 180].map((ageDays) => ({ parcel: lastId, ageDays })),
          metrics: [
            { name: 'files', values: ['1', '1', '1'] },
            { name: 'bytes', values: [values[179]!, values[172]!, values[0]!].map(String) },
            { name: 'tasks', values: [items[179]!, items[172]!, items[0]!].map(String) },
          ],
        },
    ...more,
  }
  const points = (all: readonly number[]) =>
    all
      .filter((_, day) => day % 4 === 3)
      .map((value, index) => ({ at: now.getTime() - (180 - index * 4) * dayMs, value }))
  const past: Past = {
    days: dayStates(
      { attempts: isEmpty ? [] : attempts, gaps: health === 'gap' ? [new Date(now.getTime() - 5 * dayMs)] : [], now },
      (newest, time) => newest === undefined || time.getTime() - newest.getTime() > 1.25 * dayMs,
    ),
    series: isEmpty
      ? []
      : [
          { name: 'bytes', points: points(values), values: 180 },
          { name: 'tasks', points: points(items), values: 180 },
        ],
    newest:
      isEmpty || random() < 0.3
        ? []
        : [
            {
              view: 'tasks',
              newest: [
                {
                  time: new Date(now.getTime() - 8 * hourMs).toISOString(),
                  title: 'Ask the dentist for an appointment',
                },
                {
                  time: new Date(now.getTime() - 2 * dayMs).toISOString(),
                  title: 'Renew the passport before the summer, it takes six weeks',
                },
                { time: new Date(now.getTime() - 3 * dayMs).toISOString(), title: 'Bücher zurückbringen 📚' },
              ],
            },
          ],
    ...(isEmpty ? {} : { lateAt: new Date(lastAt.getTime() + 1.25 * dayMs + seed * 60_000).toISOString() }),
  }
  return [report, past]
}

export function pageOf(datasets: readonly (readonly [DatasetReport, Past])[]): Made {
  const reports = datasets.map(([report]) => report).sort((a, b) => rankOf(a.health) - rankOf(b.health))
  return {
    report: {
      at,
      datasets: reports,
      warned: reports.filter(({ warnings }) => warnings.length > 0).length,
      root: { warnings: [] },
    },
    pasts: new Map(datasets.map(([report, past]) => [report.path, past])),
  }
}

const names = [
  'todoist',
  'github',
  'bank',
  'calendar',
  'podcasts',
  'photos',
  'reddit',
  'mail',
  'notes',
  'location',
  'browser',
  'health',
]

/** A dozen datasets, some of them with something wrong. */
export function someBad(): Made {
  const states: Partial<Record<string, Health>> = { bank: 'late', github: 'failing', notes: 'unlikely', photos: 'idle' }
  return pageOf(names.map((name, index) => dataset(name, states[name] ?? 'good', index + 1)))
}

export function allGood(count = 12): Made {
  return pageOf(
    Array.from({ length: count }, (_, index) => dataset(names[index] ?? `dataset-${index}`, 'good', index + 1)),
  )
}

/** One in every bad state. */
export function allBad(): Made {
  const bad = healthStates.filter((state) => !['good', 'idle', 'running'].includes(state))
  return pageOf(bad.map((state, index) => dataset(`is-${state}`, state, index + 1)))
}

/** What somebody who wants to break the page would put into data, names and answers of servers. */
export const hostile = [
  '<script>alert(1)</script><img src=x onerror=alert(2)>',
  "\"><svg onload=alert(3)>' onmouseover='alert(4)",
  '\u202egnp.exe \u2066abc שלום עולם مرحبا',
  '&lt;b&gt; &amp; ]]> --> </title></style>',
  `x\u0000\u0007\ud800 ${'👩‍👩‍👧‍👦🏳️‍🌈'.repeat(20)}`,
  'verylong'.repeat(1250),
]

export function hostileBad(): Made {
  return pageOf(
    hostile.map((text, index) => {
      const [report, past] = dataset(`d${index}`, 'failing', index + 1)
      const warnings = [
        warningOf('failing', {
          message: text,
          hint: `\`${text}\` https://x.example/${text}`,
          evidence: [text],
          accepted: { because: text, until: text },
        }),
        warningOf('late', { message: text, hint: text }),
      ]
      const metrics = { parcels: report.metrics!.parcels, metrics: [{ name: text, values: [text, '1', ''] }] }
      const glimpse = [{ view: text, newest: [{ time: at, title: text }] }]
      return [
        { ...report, dataset: text, path: text, warnings, metrics, due: text },
        { ...past, newest: glimpse, series: [{ name: text, points: [{ at: now.getTime(), value: 1 }], values: 1 }] },
      ]
    }),
  )
}

/** As many as the size of a page is promised for, with a long name each, and a restless past. */
export function fifty(): Made {
  const all = healthStates.flatMap((state) => (state === 'good' ? Array<Health>(14).fill(state) : [state]))
  const states = Array.from({ length: 50 }, (_, index) => all[index % all.length]!)
  return pageOf(
    states.map((state, index) =>
      dataset(`${names[index % 12]} of the second account at the university, number ${index}`, state, index + 1),
    ),
  )
}
