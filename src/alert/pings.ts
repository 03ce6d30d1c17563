import { randomUUID } from 'node:crypto'
import type { UnsiloError } from '../errors.ts'
import { tryOnce } from './attempt.ts'
import { openHealthchecks } from './channels/healthchecks.ts'
import { type AlertConfigs, rulesOf } from './config.ts'
import type { AlertSurroundings } from './deliver.ts'
import { isAmong } from './rules.ts'

/** How a ping ended that was not taken. */
interface FailedPing {
  channel: string
  dataset: string | undefined
  error: UnsiloError
}

/**
 * Tells Healthchecks servers that runs begin and end: they alert by themselves when nothing comes. A channel whose address has
 * `{dataset}` hears of each dataset, any other of the whole run (`dataset` is `undefined`). Nothing here ever throws.
 */
export interface Pings {
  start(dataset?: string): Promise<FailedPing[]>
  /** @param body What happened, for people; without secrets. */
  end(dataset: string | undefined, outcome: { ok: boolean; body: string }): Promise<FailedPing[]>
}

const tries = 2
const waitMs = 1000

export function openPings(configs: AlertConfigs, surroundings: AlertSurroundings): Pings {
  const channels = Object.entries(configs).flatMap(([name, config]) =>
    config.kind === 'healthchecks'
      ? [{ name, rules: rulesOf(name, config), channel: openHealthchecks(name, config, surroundings) }]
      : [],
  )
  const runs = new Map<string | undefined, string>()
  const ping = async (
    dataset: string | undefined,
    signal: 'start' | 'success' | 'fail',
    body: string,
  ): Promise<FailedPing[]> => {
    const run = runs.get(dataset)
    const pinged = channels.map(async ({ name, rules, channel }): Promise<FailedPing[]> => {
      if (dataset !== undefined && !isAmong(dataset, rules.datasets)) return []
      for (let round = 1; ; round++) {
        const delivery = await tryOnce(async (abort) => {
          const isMeant = (await channel.isByDataset()) === (dataset !== undefined)
          return { ok: true, ...(isMeant ? await channel.ping({ signal, dataset, run, body }, abort) : { said: '' }) }
        }, surroundings)
        if (delivery.ok) return []
        if (!delivery.error.retryable || round === tries || surroundings.signal.aborted) {
          return [{ channel: name, dataset, error: delivery.error }]
        }
        await surroundings.clock.sleep(waitMs, surroundings.signal).catch(() => undefined)
      }
    })
    return (await Promise.all(pinged)).flat()
  }
  return {
    start(dataset) {
      runs.set(dataset, randomUUID())
      return ping(dataset, 'start', '')
    },
    async end(dataset, { ok, body }) {
      const failed = await ping(dataset, ok ? 'success' : 'fail', body)
      runs.delete(dataset)
      return failed
    },
  }
}
