import type { Files } from '../../system/files.ts'

/** Where the exchanges of a parcel are listed, in the order in which they ended. */
export const journalName = 'requests.ndjson'

/** One request and its answer: a line of `requests.ndjson`. `docs/format.md` describes it. */
export interface ExchangeLine {
  n: number
  stream: string
  /** Which page of its stream, or of its group, from 1. */
  page: number
  /** Fields of the parent records that the request was made for, by their names. */
  for?: Record<string, unknown>
  method: string
  /** Without secrets. */
  url: string
  /** When the request was sent. ISO 8601, UTC. */
  at: string
  ms: number
  status: number
  /** What the server said and is of use later; lower-case names, without secrets. */
  headers: Record<string, string>
  /** Path of the body in the parcel. */
  body: string
  /** Of the body, before it was compressed. */
  bytes: number
  sha256: string
  /** How many records the page holds. */
  items?: number
  /** `skip`, `end`: what the rules (`on`) made of the status. */
  outcome?: 'skip' | 'end'
  /** The server repeats a secret in the body, which is kept as it is. */
  leaks?: true
}

/** Yields the whole lines of a journal. A last line that a crash has torn is left out. */
export function* journalLines(text: string): Generator<ExchangeLine> {
  for (let start = 0; ;) {
    const end = text.indexOf('\n', start)
    if (end === -1) return
    yield JSON.parse(text.slice(start, end)) as ExchangeLine
    start = end + 1
  }
}

/** How many bytes of a journal are whole lines. */
export function wholeBytes(text: string): number {
  return Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1))
}

/** Longer than any line: an address and a few headers. */
const lineBytes = 256 * 1024

/** When the last exchange of a parcel that is being written ended; `undefined` before the first one. */
export function lastExchangeAt(files: Files, folder: string): Date | undefined {
  const end = Buffer.from(files.readEnd(`${folder}/${journalName}`, lineBytes)).toString('utf8')
  const line = end
    .slice(0, end.lastIndexOf('\n') + 1)
    .trimEnd()
    .split('\n')
    .at(-1)
  if (line === undefined || line === '') return undefined
  try {
    const { at, ms } = JSON.parse(line) as ExchangeLine
    return new Date(new Date(at).getTime() + ms)
  } catch {
    return undefined
  }
}
