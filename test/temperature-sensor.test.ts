import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parcelIdAt } from '../src/parcel/id.ts'
import { type CliRoot, cliRoot, day, hour, minute } from './support/cli.ts'

/** The example of the article on data liberation: a device with a ring buffer in an SQLite database, which is exported once a day. */
const room = 2000
const start = Date.parse('2026-03-01T00:00:00Z')

/** What is measured in the Nth minute, in hundredths of a degree. */
const measured = (n: number): number => 2000 + ((n * 7919) % 613) - Math.floor(n / 37)

/** The minutes that the device still knows at the end of a day. */
function minutesAt(end: number): number[] {
  const count = end / minute
  return Array.from({ length: Math.min(room, count) }, (_, index) => Math.max(0, count - room) + index)
}

/** The database as it is at a time: rows are used again, in turn, so they do not stand in the order of time. */
function writeDatabase(path: string, end: number): void {
  const rows = minutesAt(end).map((n) => `(${n % room}, ${(start + n * minute) / 1000}, ${measured(n) / 100})`)
  execFileSync('sqlite3', [path], {
    input: `CREATE TABLE points (slot INTEGER PRIMARY KEY, time INTEGER NOT NULL, celsius REAL NOT NULL);
      BEGIN; INSERT INTO points VALUES ${rows.join(', ')}; COMMIT;`,
  })
}

const config = `
[views.points]
table = "points"
key = "time"
window = { newest = ${room}, by = "time" }
ignore = "slot"
[views.points.columns]
time = "time :: epoch"
celsius = "celsius :: number"
`

/** A mirror in which the device was exported at the end of each of these days. */
async function exportedAfter(days: readonly number[]): Promise<CliRoot> {
  const root = cliRoot()
  root.write('sensor/config.toml', config)
  for (const count of days) {
    const path = join(root.path, `${count}.sqlite`)
    writeDatabase(path, count * day)
    const id = parcelIdAt(new Date(start + count * day))
    const { stderr } = await root.cli('--quiet', 'ingest', 'sensor', path, '--parcel-id', id)
    expect(stderr).toBe('')
  }
  return root
}

async function pointsIn(root: CliRoot): Promise<Map<string, number>> {
  const { stdout } = await root.cli(
    'query',
    'SELECT time, celsius FROM sensor.points ORDER BY time',
    '--format',
    'ndjson',
  )
  const rows = stdout.split('\n').slice(0, -1)
  const points = rows.map((row) => JSON.parse(row) as { time: string; celsius: number })
  expect(new Set(points.map(({ time }) => time)).size).toBe(points.length)
  return new Map(points.map(({ time, celsius }) => [time, celsius]))
}

const expected = (minutes: Iterable<number>): Map<string, number> =>
  new Map([...minutes].map((n) => [`${new Date(start + n * minute).toISOString().slice(0, 19)}Z`, measured(n) / 100]))

interface Listed {
  views: { items: number; versions: number; absent: number; errors: number; gaps: object[]; headroom: object }[]
}

describe('a temperature sensor with room for 2,000 points, a database a day', () => {
  it('gives the whole series, each point once', async () => {
    const root = await exportedAfter([1, 2, 3, 4, 5])
    const minutes = (5 * day) / minute
    expect(await pointsIn(root)).toEqual(expected(Array.from({ length: minutes }, (_, n) => n)))
    const { views } = (await root.cli('views', '--json')).json() as Listed
    expect(views).toMatchObject([{ items: minutes, versions: minutes, absent: 0, errors: 0, gaps: [] }])
    // 1,440 of 2,000 points are new each day; 2,000 points are 33 hours and 20 minutes.
    expect(views[0]!.headroom).toEqual({ turnover: 0.72, mostTurnover: 0.72, longestHours: expect.closeTo(2000 / 60) })
  })

  it('has a gap where a day was missed, and all that any of the databases has', async () => {
    const root = await exportedAfter([1, 2, 3, 5, 6])
    const kept = new Set([1, 2, 3, 5, 6].flatMap((count) => minutesAt(count * day)))
    expect(kept.size).toBe((6 * day) / minute - 880)
    expect(await pointsIn(root)).toEqual(expected([...kept].sort((a, b) => a - b)))
    const { views } = (await root.cli('views', '--json')).json() as Listed
    expect(views).toMatchObject([
      {
        items: kept.size,
        absent: 0,
        gaps: [{ after: '2026-03-04T000000Z', before: '2026-03-06T000000Z', hours: (2 * day) / hour }],
      },
    ])
    const lost = `SELECT before, time AS after, date_diff('minute', before, time) - 1 AS points
      FROM (SELECT time, lag(time) OVER (ORDER BY time) AS before FROM sensor.points) WHERE points > 0`
    const { stdout } = await root.cli('query', lost, '--format', 'csv')
    expect(stdout).toBe('before,after,points\r\n2026-03-03 23:59:00,2026-03-04 14:40:00,880\r\n')
  })
})
