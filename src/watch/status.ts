import type { Incident, Trouble } from '../alert/incident.ts'
import { type Severity, severities } from '../alert/severity.ts'
import type { DatasetReport, Report } from '../report/report.ts'
import { type Health, openWarnings } from '../report/warnings.ts'
import { version } from '../version.ts'

/** What `watch` has seen, for dashboards: `.unsilo/status.json`. Its shape is documented in docs/json.md. */
export interface Status {
  version: 1
  /** When it was looked, and until when that says anything: older, and `watch` itself has stopped. */
  at: string
  validUntil: string
  host: string
  /** The root folder. */
  root: string
  unsilo: string
  /** Nothing is wrong. */
  ok: boolean
  /** How many of what is wrong now are how bad. */
  incidents: Record<Severity, number>
  /** What is wrong now, the worst first. */
  open: OpenTrouble[]
  datasets: DatasetStatus[]
  /** Channels that do not deliver. */
  channels: { channel: string; since: string; reason: string }[]
  /** Where the status was copied to. */
  published: PublishedStatus[]
}

export interface OpenTrouble {
  dataset: string
  cause: string
  severity: Severity
  what: string
  /** When it began, as far as that is known. */
  since?: string
  why: string
  next: string
  /** Channels that were told. */
  told: string[]
}

export interface DatasetStatus {
  dataset: string
  health: Health
  /** The worst of what is wrong, in a sentence. */
  because?: string
  lastSuccess?: { parcel: string; at: string; ageMs: number }
  /** When the next export is due; missing when it is due, or never will be. */
  nextAt?: string
  goodParcels: number
  /** Of the newest good parcel; how many places have it, and when the one was read again whose check is longest ago. */
  copies?: number
  verifiedAt?: string
  /** Those of the newest success that are numbers, by name: `bytes`, `files`, and the dataset's own. */
  metrics: Record<string, number>
}

export interface PublishedStatus {
  target: string
  /** When it last got there. */
  at?: string
  /** Why it does not, and since when. */
  failing?: { since: string; tries: number; reason: string }
}

export interface StatusInput {
  report: Report
  troubles: readonly Trouble[]
  /** What is remembered of those that channels were told of. */
  incidents: readonly Incident[]
  channels: Status['channels']
  published: readonly PublishedStatus[]
  host: string
  root: string
  now: Date
  /** How long it says anything. */
  validMs: number
}

export function statusOf(input: StatusInput): Status {
  const { report, troubles, incidents, channels, published, host, root, now, validMs } = input
  const count = (severity: Severity): number => troubles.filter((trouble) => trouble.severity === severity).length
  return {
    version: 1,
    at: now.toISOString(),
    validUntil: new Date(now.getTime() + validMs).toISOString(),
    host,
    root,
    unsilo: version,
    ok: troubles.length === 0 && channels.length === 0,
    incidents: { info: count('info'), warning: count('warning'), error: count('error'), critical: count('critical') },
    open: troubles.toSorted(byWeight).map((trouble) => openTrouble(trouble, incidents)),
    datasets: report.datasets.map(datasetStatus),
    channels,
    published: [...published],
  }
}

function byWeight(a: Trouble, b: Trouble): number {
  return severities.indexOf(b.severity) - severities.indexOf(a.severity) || (a.dataset < b.dataset ? -1 : 1)
}

function openTrouble(trouble: Trouble, incidents: readonly Incident[]): OpenTrouble {
  const { dataset, cause, severity, what, why, next } = trouble
  const incident = incidents.find((one) => one.dataset === dataset && one.cause === cause && one.resolved === undefined)
  const since = trouble.since ?? incident?.since ?? incident?.opened
  return {
    dataset,
    cause,
    severity,
    what,
    ...(since === undefined ? {} : { since: since.toISOString() }),
    why,
    next,
    told: Object.keys(incident?.lastSent ?? {}),
  }
}

function datasetStatus(one: DatasetReport): DatasetStatus {
  const { dataset, health, warnings, lastSuccess, nextAt, goodParcels, copies } = one
  const [worst] = openWarnings(warnings)
  return {
    dataset,
    health,
    ...(worst === undefined ? {} : { because: worst.message }),
    ...(lastSuccess === undefined ? {} : { lastSuccess }),
    ...(nextAt === undefined ? {} : { nextAt }),
    goodParcels,
    ...(copies === undefined ? {} : { copies: copies.count }),
    ...(copies?.checkedAt === undefined ? {} : { verifiedAt: copies.checkedAt }),
    metrics: numbersOf(one),
  }
}

function numbersOf({ metrics }: DatasetReport): Record<string, number> {
  const found = (metrics?.metrics ?? []).flatMap(({ name, values }): [string, number][] => {
    const value = Number(values[0] || NaN)
    return Number.isFinite(value) ? [[name, value]] : []
  })
  return Object.fromEntries(found)
}
