import type { DuckDBConnection } from '@duckdb/node-api'
import type { ViewDefinition } from '../definition.ts'
import { feedQuery } from './newest-items.ts'

/** How new the items of a feed are, and how they used to come. */
export interface Pace {
  /** The time of the newest item; those that are dated ahead of the newest parcel do not count. ISO 8601, UTC. */
  newest: string
  /** Different times of items in the year before it, 10,000 at most. */
  times: number
  /** The longest that nothing came in between. */
  longestHours: number
}

/**
 * Items that are gone count, too: they came once.
 *
 * @returns `undefined` of what is no feed, and when there is no time among its items.
 */
export async function paceOf(
  connection: DuckDBConnection,
  itemsPath: string,
  definition: ViewDefinition,
): Promise<Pace | undefined> {
  const found = await feedQuery(connection, itemsPath, definition)
  if (found === undefined) return undefined
  const { select, table } = found
  const answer = await connection.run(
    `WITH times AS (SELECT DISTINCT time FROM (${select}) WHERE time <= (SELECT max(_last_seen) FROM ${table})
         ORDER BY time DESC LIMIT 10000),
       recent AS (SELECT time FROM times WHERE time >= (SELECT max(time) FROM times) - INTERVAL 1 YEAR),
       pauses AS (SELECT time, epoch(time) - epoch(lag(time) OVER (ORDER BY time)) AS seconds FROM recent)
     SELECT strftime(max(time), '%Y-%m-%dT%H:%M:%SZ'), count(*)::DOUBLE, coalesce(max(seconds), 0)::DOUBLE FROM pauses`,
  )
  const [newest, times, seconds] = (await answer.getRows())[0] ?? []
  if (typeof newest !== 'string') return undefined
  return { newest, times: Number(times), longestHours: Number(seconds) / 3600 }
}
