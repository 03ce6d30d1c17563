import { createHash } from 'node:crypto'
import type { Files } from '../../system/files.ts'
import type { EarlierParcel } from '../source.ts'
import { parseParcelJson } from './parcel-json.ts'
import { type StreamConfig, descendantsOf } from './stream.ts'

export const stateName = 'state.json'

/** What the next export of a stream builds on. */
export interface StreamState {
  /** Tells whether the stream asks for the same as then. */
  definition: string
  /** When its last full export began. ISO 8601, UTC. */
  fullAt?: string
  /** When the export that this is of began. ISO 8601, UTC. */
  at?: string
  /** By group, as `groupKey` names it: up to where everything is known, as the server writes it. */
  cursors?: Record<string, string>
  /** By group of `high_water`: the largest value. */
  marks?: Record<string, string>
}

/** `state.json` of a parcel. */
export interface ParcelState {
  version: 1
  /** When the export began. ISO 8601, UTC. */
  startedAt: string
  /** The parcel whose state this one builds on. */
  base: string | null
  /** Of the source's configuration: an export is only continued with the one it began with. */
  configuration: string
  /** Only when the export has ended. */
  streams?: Record<string, StreamState>
}

/** What an export builds on; the same when it goes on after a break. */
export interface Begun {
  state: ParcelState
  startedAt: Date
  streams: Readonly<Record<string, StreamState>> | undefined
}

export function parseState(text: string | undefined): ParcelState | undefined {
  return parseParcelJson<ParcelState>(text, ({ startedAt }) => typeof startedAt === 'string')
}

/** The state that the newest earlier parcel has left; parcels of another source have none. */
export function earlierState(
  files: Files,
  earlier: readonly EarlierParcel[],
): { base: string; streams: Record<string, StreamState> } | undefined {
  for (const { id, path } of earlier) {
    const streams = parseState(files.readText(`${path}/${stateName}`))?.streams
    if (streams !== undefined) return { base: id, streams }
  }
  return undefined
}

/**
 * Changes when the stream asks for something else, so that what was known is no ground to build on; or when its children do:
 * those are asked for the records of their parent that are in the same parcel, so all of these have to be there once.
 */
export function definitionOf(stream: StreamConfig, streams: readonly StreamConfig[]): string {
  return digest([stream, ...descendantsOf(stream, streams)].map(ownDefinition))
}

function ownDefinition({ path, params, method, params_in: paramsIn, items, key, cursor, each }: StreamConfig): unknown {
  return { path: path.text, params, method, paramsIn, items, key, cursor, each }
}

/** Not a secret, and holds none: references stand in a configuration, not what they refer to. */
export function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)
}

/** Names a group of a child stream: the fields of its parents that its requests are made from. */
export function groupKey(stream: StreamConfig, group: Readonly<Record<string, unknown>>): string {
  return stream.groupNames.length === 0 ? '' : JSON.stringify(stream.groupNames.map((name) => group[name] ?? null))
}
