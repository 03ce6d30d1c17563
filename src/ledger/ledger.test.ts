import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { breakingFiles } from '../../test/support/breaking-files.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { parcelIdAt } from '../parcel/id.ts'
import { systemFiles } from '../system/files.ts'
import { type LedgerEntry, entryAt, lineOf } from './entry.ts'
import type { LedgerEvent, SealedEvent } from './event.ts'
import { appendToLedger, detailsOf, readLedger } from './ledger.ts'

const at = new Date('2026-03-01T06:00:00.123Z')
const parcel = '2026-03-01T060000Z'

const started: LedgerEvent = { event: 'started', parcel, by: 'export', pid: 42, host: 'nas' }
const sealed: SealedEvent = {
  event: 'sealed',
  parcel,
  state: 'good',
  name: `${parcel}.json`,
  files: 1,
  bytes: 4,
  sha256: 'ab'.repeat(32),
  tries: 1,
  durationMs: 20,
}
const ingested: LedgerEvent = { ...sealed, from: '/in/{a} "b" \\ \n 写真 🗂/}' }
const suspect: LedgerEvent = { ...sealed, state: 'suspect', doubts: ['9 B is 90 % less {than} usual'] }
const failed: LedgerEvent = {
  event: 'failed',
  parcel,
  code: 'command-failed',
  reason: 'exit status 1: Zugriff verweigert für „ich“ 🚫 {"a":1}',
  tries: 3,
  durationMs: 9,
}
const pruned: LedgerEvent = { event: 'pruned', removed: { [parcel]: 'older' }, kept: {} }
const all: LedgerEvent[] = [started, sealed, ingested, suspect, failed, { event: 'accepted', parcel }, pruned]

/** A copy, with everything that may still be in the text. */
function entryOf(line: string): LedgerEntry | undefined {
  const { entry } = entryAt(line, 0)
  return entry === undefined ? undefined : copyOf(entry)
}

function copyOf({ at: time, event, parcel: of, state, line }: LedgerEntry): LedgerEntry {
  return { at: time, event, parcel: of, state, line }
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '}', '{', '\n', '\r', '\u2028', 'é', '🗂', '\ud800', 'a', ':', ',', ']'),
  }),
)
const count = fc.nat()
const optional = { requiredKeys: [] as [] }
const eventArbitrary: fc.Arbitrary<LedgerEvent> = fc.oneof(
  fc.record({
    event: fc.constant('started' as const),
    parcel: fc.constant(parcel),
    by: fc.constantFrom('export' as const, 'ingest' as const),
    pid: count,
    host: text,
  }),
  fc.record({
    event: fc.constant('started' as const),
    parcel: fc.constant(parcel),
    by: fc.constant('ingest' as const),
    from: text,
    pid: count,
    host: text,
  }),
  fc
    .tuple(
      fc.record({
        event: fc.constant('sealed' as const),
        parcel: fc.constant(parcel),
        state: fc.constantFrom('good' as const, 'suspect' as const),
        name: text,
        files: count,
        bytes: count,
        sha256: text,
      }),
      fc.record(
        {
          tries: count,
          durationMs: fc.oneof(count, fc.double({ noNaN: true })),
          from: text,
          doubts: fc.array(text),
          recovered: fc.constant(true as const),
        },
        optional,
      ),
    )
    .map(([first, second]) => ({ ...first, ...second })),
  fc.record({
    event: fc.constant('failed' as const),
    parcel: fc.constant(parcel),
    code: text,
    reason: text,
    hint: text,
    tries: count,
    durationMs: count,
  }),
  fc.record({ event: fc.constant('accepted' as const), parcel: text }),
  fc.record({
    event: fc.constant('pruned' as const),
    removed: fc.dictionary(text, text),
    kept: fc.dictionary(text, text),
  }),
)

describe('a line', () => {
  it('is read as JSON.parse reads it, whatever stands in it', () => {
    fc.assert(
      fc.property(eventArbitrary, (event) => {
        const line = lineOf(at, event)
        expect(line).not.toContain('\n')
        const parsed = JSON.parse(line) as Record<string, unknown>
        expect(entryOf(line)).toEqual({
          at: parsed['at'],
          event: parsed['event'],
          parcel: parsed['parcel'],
          state: parsed['state'],
          line,
        })
      }),
      { numRuns: 1000 },
    )
  })

  it('is never read from a part of it', () => {
    fc.assert(
      fc.property(eventArbitrary, fc.nat(), (event, at2) => {
        const line = lineOf(at, event)
        expect(entryOf(line.slice(0, at2 % line.length))).toBeUndefined()
      }),
      { numRuns: 1000 },
    )
    for (const event of all) {
      const line = lineOf(at, event)
      for (let length = 0; length < line.length; length++) expect(entryOf(line.slice(0, length))).toBeUndefined()
    }
  })

  it.each([
    '',
    ' ',
    'null',
    '7',
    '"text"',
    '[]',
    '{}',
    '{"at":1,"event":"sealed"}',
    '{"at":"x"}',
    'sealed',
    '\0\0\0\0',
  ])('that is foreign is no entry: %j', (line) => expect(entryOf(line)).toBeUndefined())

  it('of a kind that a later version writes is kept as it is', () => {
    const line = '{"at":"2030-01-01T00:00:00.000Z","event":"not known yet","parcel":"x","target":"nas","state":3}'
    expect(entryOf(line)).toEqual({
      at: '2030-01-01T00:00:00.000Z',
      event: 'not known yet',
      parcel: 'x',
      state: undefined,
      line,
    })
  })
})

describe('a ledger', () => {
  const newLedger = (): string => join(temporaryFolder(), 'ledger.ndjson')

  it('gives back what was added, in that order', async () => {
    const path = newLedger()
    expect(readLedger(systemFiles, path).entries).toEqual([])
    for (const event of all) await appendToLedger(systemFiles, path, at, event)
    const { entries } = readLedger(systemFiles, path)
    expect(entries.map((entry) => detailsOf(entry, path))).toEqual(
      all.map((event) => ({ at: at.toISOString(), ...event })),
    )
    expect(readFileSync(path, 'utf8')).toBe(all.map((event) => `${lineOf(at, event)}\n`).join(''))
  })

  it.each(all)(
    'torn at any byte of its last line loses that line alone, and the next one mends it: $event',
    async (event) => {
      const path = newLedger()
      for (const before of [sealed, failed]) await appendToLedger(systemFiles, path, at, before)
      const { length: kept } = readFileSync(path)
      await appendToLedger(systemFiles, path, at, event)
      const whole = readFileSync(path)
      for (let length = kept; length <= whole.length; length++) {
        writeFileSync(path, whole.subarray(0, length))
        // Without its line break alone the line is whole.
        const isWhole = length >= whole.length - 1
        const expected = ['sealed', 'failed', ...(isWhole ? [event.event] : [])]
        expect(readLedger(systemFiles, path).entries.map((entry) => entry.event)).toEqual(expected)
        await appendToLedger(systemFiles, path, at, { event: 'accepted', parcel })
        expect(readLedger(systemFiles, path).entries.map((entry) => entry.event)).toEqual([...expected, 'accepted'])
        expect(readFileSync(path).subarray(0, length).equals(whole.subarray(0, length))).toBe(true)
      }
    },
  )

  it('is mended once, and not again and again', async () => {
    const path = newLedger()
    await appendToLedger(systemFiles, path, at, sealed)
    truncateSync(path, 50)
    await appendToLedger(systemFiles, path, at, started)
    await appendToLedger(systemFiles, path, at, sealed)
    expect(readFileSync(path, 'utf8').split('\n')).toEqual([
      `${lineOf(at, sealed).slice(0, 50)} #torn`,
      lineOf(at, started),
      lineOf(at, sealed),
      '',
    ])
  })

  it('is durable when a line has been added, and so is the name of a new one', async () => {
    const path = newLedger()
    const { files, steps } = breakingFiles(() => 'go on')
    await appendToLedger(files, path, at, started)
    expect(steps).toEqual([`open ${path}`, `write ${path}`, `sync ${path}`, `sync ${dirname(path)}`])
    await appendToLedger(files, path, at, sealed)
    expect(steps.slice(4)).toEqual([`open ${path}`, `write ${path}`, `sync ${path}`])
  })

  it('that the lock has created, and nothing has been written to, counts as new', async () => {
    const path = newLedger()
    writeFileSync(path, '')
    const { files, steps } = breakingFiles(() => 'go on')
    await appendToLedger(files, path, at, started)
    expect(steps.at(-1)).toBe(`sync ${dirname(path)}`)
  })

  it('is read the same by its lines, in pieces, and with whatever parcels are expected in it', () => {
    const path = newLedger()
    const longParcels = Array.from({ length: 30 }, (_, day) => parcelIdAt(new Date(Date.UTC(2026, 0, 1 + day))))
    const anyParcel = fc.constantFrom(...longParcels)
    const line = fc.oneof(
      fc.tuple(fc.constantFrom(started, sealed), anyParcel).map(([event, of]) => lineOf(at, { ...event, parcel: of })),
      eventArbitrary.map((event) => lineOf(at, event)),
      // Torn, foreign, longer than a piece.
      fc.tuple(eventArbitrary, fc.nat()).map(([event, end]) => lineOf(at, event).slice(0, end % 200)),
      fc.constantFrom(
        '',
        'hello #torn',
        `${lineOf(at, sealed)}\r`,
        lineOf(at, { ...failed, reason: 'é'.repeat(70_000) }),
      ),
    )
    fc.assert(
      fc.property(fc.array(line), fc.boolean(), fc.uniqueArray(anyParcel), (lines, isEnded, expected) => {
        writeFileSync(path, lines.join('\n') + (isEnded ? '\n' : ''))
        const whole = lines.map(entryOf)
        const { entries, damagedLines } = readLedger(systemFiles, path, expected.sort())
        expect(entries.map(copyOf)).toEqual(whole.filter((entry) => entry !== undefined))
        const ended = isEnded ? lines : lines.slice(0, -1)
        const damaged = ended.filter(
          (text, at) => whole[at] === undefined && text.trim() !== '' && !text.endsWith(' #torn'),
        )
        expect(damagedLines).toBe(damaged.length)
      }),
      { numRuns: 200 },
    )
  })

  it('passes over lines that are not its own', async () => {
    const path = newLedger()
    const foreign = `hello\n\n{"at":"2020","event":"sealed"\n`
    writeFileSync(path, `${foreign}${lineOf(at, sealed)}\r\n`)
    await appendToLedger(systemFiles, path, at, started)
    expect(readLedger(systemFiles, path).entries.map(({ event }) => event)).toEqual(['sealed', 'started'])
    expect(readFileSync(path, 'utf8').startsWith(foreign)).toBe(true)
  })

  it('says which line is damaged when its details are asked for', () => {
    const entry = { at: 'x', event: 'sealed' as const, parcel, state: 'good' as const, line: '{"at":' }
    expect(() => detailsOf(entry, '/data/ledger.ndjson')).toThrow('a line of ledger.ndjson is damaged: {"at":')
  })
})

it('tells a line that was damaged later from one that a crash has torn', async () => {
  const path = join(temporaryFolder(), 'ledger.ndjson')
  const event = { event: 'accepted', parcel: '2026-03-01T060000Z' } as const
  await appendToLedger(systemFiles, path, new Date(), event)
  appendFileSync(path, '{"at":"2026-03-01T06:')
  await appendToLedger(systemFiles, path, new Date(), event)
  expect(readLedger(systemFiles, path)).toMatchObject({ entries: [{}, {}], damagedLines: 0 })
  appendFileSync(path, 'garbage\n')
  expect(readLedger(systemFiles, path)).toMatchObject({ entries: [{}, {}], damagedLines: 1 })
})

it('adds only the line break that a whole last line lacks', async () => {
  const path = join(temporaryFolder(), 'ledger.ndjson')
  const event = { event: 'accepted', parcel: '2026-03-01T060000Z' } as const
  await appendToLedger(systemFiles, path, new Date(), event)
  truncateSync(path, statSync(path).size - 1)
  await appendToLedger(systemFiles, path, new Date(), event)
  expect(readLedger(systemFiles, path)).toMatchObject({ entries: [{}, {}], damagedLines: 0 })
})
