import { UnsiloError } from '../../errors.ts'
import { addressOf } from '../address.ts'
import type { Channel, ChannelSurroundings, Receipt } from '../channel.ts'
import { textOf } from '../message-text.ts'
import { isAtLeast } from '../severity.ts'
import { shortenToBytes } from '../shorten.ts'
import type { HealthchecksConfig } from './healthchecks-config.ts'
import { post } from './post.ts'

/** What a check is told. `log` leaves its state as it is. */
export type Signal = 'start' | 'success' | 'fail' | 'log'

const endings: Record<Signal, string> = { start: '/start', success: '', fail: '/fail', log: '/log' }

// Healthchecks keeps the first 100 kB of a body (healthchecks.io/docs/attaching_logs).
const bodyBytes = 100_000

export interface Ping {
  signal: Signal
  /** `undefined`: the whole run. */
  dataset: string | undefined
  /** A UUID that start and end of one run share, so that its duration is measured. */
  run?: string | undefined
  body: string
}

export interface HealthchecksChannel extends Channel {
  /** One check for each dataset, instead of one for the whole run. @throws UnsiloError when the address cannot be read */
  isByDataset(): Promise<boolean>
  ping(ping: Ping, signal: AbortSignal): Promise<Receipt>
}

export function openHealthchecks(
  name: string,
  config: HealthchecksConfig,
  surroundings: ChannelSurroundings,
): HealthchecksChannel {
  const { url } = config
  const readPattern = async (): Promise<string> =>
    typeof url === 'string' ? url : surroundings.readSecret(`alerts.${name}.url`, url)
  const isByDataset = async (): Promise<boolean> => (await readPattern()).includes('{dataset}')
  const ping = async ({ signal, dataset = 'unsilo', run, body }: Ping, abort: AbortSignal): Promise<Receipt> => {
    const target = addressOf(
      (await readPattern()).replaceAll('{dataset}', () => slugOf(dataset)),
      config.insecure,
    )
    target.pathname = `${target.pathname.replace(/\/+$/, '')}${endings[signal]}`
    if (run !== undefined) target.searchParams.set('rid', run)
    if (config.create) target.searchParams.set('create', '1')
    return post({ url: target, body: shortenToBytes(body, bodyBytes) }, surroundings, abort, saidOf)
  }
  return {
    isByDataset,
    ping,
    async send(message, abort) {
      // What is over leaves the state to the next run: another trouble may be open.
      const signal = message.kind !== 'digest' && isAtLeast(message.severity, 'error') ? 'fail' : 'log'
      const body = `${message.title}\n\n${textOf(message)}`
      if (!(await isByDataset())) return ping({ signal, dataset: undefined, body }, abort)
      // There is no check for what is wrong with the alerts themselves.
      const datasets = message.datasets.filter((dataset) => dataset !== 'alerts')
      const said: string[] = []
      for (const dataset of datasets) said.push((await ping({ signal, dataset, body }, abort)).said)
      return { said: [...new Set(said)].join(', ') || 'nothing to tell' }
    },
  }
}

/** A check's name in an address: small letters, digits, `-` and `_`. */
function slugOf(dataset: string): string {
  const slug = dataset
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{Mn}/gu, '')
    .replaceAll(/[^a-z0-9_]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  if (slug !== '') return slug
  throw new UnsiloError('config', `the name ${dataset} has nothing that an address can hold`, {
    hint: 'Give it a channel of its own, with `datasets` and the address of its check.',
  })
}

/** A check that does not exist is answered with 200, too: "OK (not found)" (healthchecks.io/docs/http_api). */
function saidOf(text: string): string | undefined {
  const [, wrong] = /^OK \((.*)\)\s*$/.exec(text) ?? []
  return wrong
}
