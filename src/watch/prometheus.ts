import { severities } from '../alert/severity.ts'
import { healthStates } from '../report/warnings.ts'
import type { DatasetStatus, Status } from './status.ts'

/** How each file of figures begins. */
export const figuresMark = '# HELP unsilo_watch_timestamp_seconds '

interface Sample {
  /** As in the file: `root="/data",dataset="notes"`. */
  labels: string
  value: number
}

/**
 * The status in the text format of Prometheus, as node_exporter's textfile collector reads it: each metric once, with its help and
 * type. It takes no times, so ages are there beside the times that they are counted from.
 */
export function prometheusText({ at, datasets, incidents, channels, root }: Status): string {
  const now = Date.parse(at)
  const everywhere = labelsOf({ root })
  // There are many samples of each dataset.
  const named = datasets.map((one) => ({ one, labels: `${everywhere},${labelsOf({ dataset: one.dataset })}` }))
  const each = (value: (one: DatasetStatus) => number | undefined): Sample[] =>
    named.flatMap(({ one, labels }) => {
      const found = value(one)
      return found === undefined ? [] : [{ labels, value: found }]
    })
  const seconds = (time: string | undefined): number | undefined =>
    time === undefined ? undefined : Date.parse(time) / 1000
  const age = (time: string | undefined): number | undefined =>
    time === undefined ? undefined : Math.max(0, now - Date.parse(time)) / 1000
  const own = ({ metrics }: DatasetStatus): [string, number][] =>
    Object.entries(metrics).filter(([name]) => name !== 'bytes' && name !== 'files')
  const only = (value: number, labels = {}): Sample => ({ labels: labelsOf({ root, ...labels }), value })
  return [
    metric('unsilo_watch_timestamp_seconds', 'When unsilo watch looked last.', [only(now / 1000)]),
    metric('unsilo_datasets', 'How many datasets there are.', [only(datasets.length)]),
    metric(
      'unsilo_incidents',
      'What is wrong now, by severity.',
      severities.map((severity) => only(incidents[severity], { severity })),
    ),
    metric(
      'unsilo_channel_failing',
      'Channels for alerts that do not deliver.',
      channels.map(({ channel }) => only(1, { channel })),
    ),
    metric(
      'unsilo_health',
      'The health of each dataset: 1 for the state that it is in, 0 for the others.',
      named.flatMap(({ one: { health }, labels }) =>
        healthStates.map((state) => ({ labels: `${labels},state="${state}"`, value: health === state ? 1 : 0 })),
      ),
    ),
    metric(
      'unsilo_last_success_timestamp_seconds',
      'Time of the newest good parcel.',
      each(({ lastSuccess }) => seconds(lastSuccess?.at)),
    ),
    metric(
      'unsilo_last_success_age_seconds',
      'Age of the newest good parcel when unsilo watch looked.',
      each(({ lastSuccess }) => age(lastSuccess?.at)),
    ),
    metric(
      'unsilo_good_parcels',
      'Good parcels that are there.',
      each(({ goodParcels }) => goodParcels),
    ),
    metric(
      'unsilo_bytes',
      'Bytes of the newest good parcel.',
      each(({ metrics }) => metrics['bytes']),
    ),
    metric(
      'unsilo_files',
      'Files of the newest good parcel.',
      each(({ metrics }) => metrics['files']),
    ),
    metric(
      'unsilo_items',
      'The metrics of the dataset itself, of its newest good parcel.',
      named.flatMap(({ one, labels }) =>
        own(one).map(([name, value]) => ({ labels: `${labels},${labelsOf({ metric: name })}`, value })),
      ),
    ),
    metric(
      'unsilo_copies',
      'Places that have the newest good parcel.',
      each(({ copies }) => copies),
    ),
    metric(
      'unsilo_verified_timestamp_seconds',
      'When the copy of the newest good parcel was read again whose check is longest ago.',
      each(({ verifiedAt }) => seconds(verifiedAt)),
    ),
    metric(
      'unsilo_verify_age_seconds',
      'How long ago that was when unsilo watch looked.',
      each(({ verifiedAt }) => age(verifiedAt)),
    ),
  ].join('')
}

/** Nothing at all of a metric without a sample. */
function metric(name: string, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return ''
  const lines = samples.map(({ labels, value }) => `${name}{${labels}} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([label, text]) => `${label}="${escaped(text)}"`)
    .join(',')
}

/** As the text format wants it in the values of labels. */
function escaped(text: string): string {
  if (!/[\\"\n]/.test(text)) return text
  return text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)
}
