import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePath } from '../../../system/item-path.ts'
import { eachOf } from '../input.fixture.ts'
import { ItemScanner } from './item-scanner.ts'
import { stepsOf } from './json.ts'
import { KnownItems } from './known-items.ts'

interface Read {
  items: string[]
  known: (number | undefined)[]
  problems: string[]
  status: string
}

/** Documents, one by one, each with what was found in the one before, as the parcels of a view are read. */
function readAll(documents: readonly Buffer[], path: string, chunkBytes: number): Read[] {
  let known = new KnownItems()
  return documents.map((document) => {
    const read = readOne(document, path, chunkBytes, known)
    known = known.next()
    return read
  })
}

function readOne(document: Buffer, path: string, chunkBytes: number, known: KnownItems | undefined): Read {
  const scanner = new ItemScanner({ steps: stepsOf(parsePath(path)), file: '', known })
  const found: ReturnType<typeof eachOf> = []
  // As a file is read: the same memory is filled again and again.
  const chunk = Buffer.alloc(chunkBytes)
  for (let from = 0; from < document.length; from += chunkBytes) {
    const length = document.copy(chunk, 0, from)
    scanner.write(chunk.subarray(0, length))
    found.push(...(scanner.found.isToBeTaken ? eachOf(scanner.found.take(), known) : []))
  }
  scanner.end()
  found.push(...eachOf(scanner.found.take(), known))
  return {
    items: found.flatMap((one) => ('json' in one ? [one.json.toString()] : [])),
    known: found.flatMap((one) => ('json' in one ? [one.known] : [])),
    problems: found.flatMap((one) => ('problem' in one ? [one.problem] : [])),
    status: scanner.found.status,
  }
}

const plainly = (documents: readonly Buffer[], path: string, chunkBytes: number): Omit<Read, 'known'>[] =>
  withoutKnown(documents.map((document) => readOne(document, path, chunkBytes, undefined)))

const withoutKnown = (read: Read[]): Omit<Read, 'known'>[] =>
  read.map(({ items, problems, status }) => ({ items, problems, status }))

/** What happens to a list from one parcel to the next. */
const change = fc.record({
  kind: fc.constantFrom('edit', 'remove', 'insert', 'move', 'repeat', 'grow'),
  at: fc.nat(),
  to: fc.nat(),
})

function changed(list: readonly number[], changes: readonly { kind: string; at: number; to: number }[]): number[] {
  const next = [...list]
  for (const { kind, at, to } of changes) {
    const place = at % (next.length + 1)
    if (kind === 'edit') next[place] = to
    else if (kind === 'remove') next.splice(place, 1)
    else if (kind === 'insert') next.splice(place, 0, to)
    else if (kind === 'repeat') next.splice(to % (next.length + 1), 0, ...next.slice(place, place + 1))
    else if (kind === 'move') next.push(...next.splice(place, 5))
    else next.push(...Array.from({ length: to % 40 }, (_, index) => index + 1000))
  }
  return next
}

const shapes = {
  list: { path: '[*]', document: (items: string[]) => `[${items.join(',')}]` },
  indented: { path: 'a', document: (items: string[]) => `{"b":[1], "a": [\n  ${items.join(',\n  ')}\n ]\n}\n` },
  wrapped: {
    path: 'a[*].c',
    document: (items: string[]) => `{"a":[${items.map((item) => `{"k":"x","c":${item}}`).join(', ')}]}`,
  },
  lists: { path: '[*][*]', document: (items: string[]) => `[[${items.join(',')}],[${items.join(',')}],[]]` },
}

function itemOf(value: number): string {
  if (value % 11 === 0) return String(value)
  if (value % 7 === 0) return JSON.stringify(`text "${value}"`)
  return `{"id":${value},"text":"${'é'.repeat(value % 5)}","list":[${value % 3}, null]}`
}

const anySeries = fc.record({
  first: fc.array(fc.nat(500), { maxLength: 80 }),
  changes: fc.array(fc.array(change, { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
  shape: fc.constantFrom(...Object.values(shapes)),
  chunkBytes: fc.constantFrom(1 << 20, 500, 64, 7),
})

function seriesOf({
  first,
  changes,
  shape,
}: {
  first: number[]
  changes: Parameters<typeof changed>[1][]
  shape: typeof shapes.list
}) {
  const lists = [first]
  for (const some of changes) lists.push(changed(lists.at(-1)!, some))
  return lists.map((list) => Buffer.from(shape.document(list.map(itemOf))))
}

describe('known items', () => {
  it('make no difference to what is found in parcel after parcel', () => {
    const property = fc.property(anySeries, (series) => {
      const documents = seriesOf(series)
      const { chunkBytes, shape } = series
      expect(withoutKnown(readAll(documents, shape.path, chunkBytes))).toEqual(
        plainly(documents, shape.path, chunkBytes),
      )
    })
    fc.assert(property, { numRuns: 500 })
  })

  it('make none where documents are damaged, in the same places as before or in others', () => {
    const damage = fc.record({
      document: fc.nat(),
      at: fc.nat(),
      byte: fc.constantFrom(...Buffer.from('{}[]",: 0x\0\n\\')),
    })
    const property = fc.property(anySeries, fc.array(damage, { minLength: 1, maxLength: 6 }), (series, damages) => {
      const documents = seriesOf(series)
      for (const { document, at, byte } of damages) {
        // From that document on, so that both of a pair have it, too.
        for (const one of documents.slice(document % documents.length)) one[at % one.length] = byte
      }
      const { chunkBytes, shape } = series
      expect(withoutKnown(readAll(documents, shape.path, chunkBytes))).toEqual(
        plainly(documents, shape.path, chunkBytes),
      )
    })
    fc.assert(property, { numRuns: 1500 })
  })

  it('are told by where they stood in the list', () => {
    const list = Array.from({ length: 300 }, (_, index) => index + 1).filter((id) => id % 11 !== 0)
    const documents = [list, [5000, ...list.filter((id) => id !== 30 && id !== 31), 5001], list].map((one) =>
      Buffer.from(shapes.list.document(one.map(itemOf))),
    )
    const expected = [undefined, ...list.flatMap((id, index) => (id === 30 || id === 31 ? [] : [index])), undefined]
    for (const chunkBytes of [1 << 20, 100]) {
      const known = KnownItems.of(list.map((id) => Buffer.from(itemOf(id))))
      expect(readOne(documents[1]!, '[*]', chunkBytes, known).known).toEqual(expected)
      const first = new KnownItems()
      readOne(documents[0]!, '[*]', 1000, first)
      expect(readOne(documents[1]!, '[*]', chunkBytes, first.next()).known).toEqual(expected)
    }
  })

  it('are found in any order', () => {
    const list = Array.from({ length: 2000 }, (_, index) => `{"id":${index}}`)
    const known = KnownItems.of(list.map((item) => Buffer.from(item)))
    const found = readOne(Buffer.from(`[${[...list].reverse().join()}]`), '[*]', 1 << 20, known).known
    expect(found.filter((one) => one !== undefined).length).toBeGreaterThan(1500)
  })

  it('hide nothing where a document is no list, and the one before was', () => {
    const [a, b] = ['{"id":1}', '{"id":2}']
    for (const document of [`${a},${b}`, `{"b":[{"c":${a},${b}}]}`]) {
      const documents = [Buffer.from(`[${a},${b}]`), Buffer.from(document)]
      for (const path of ['[*]', 'b[*].c']) {
        expect(withoutKnown(readAll(documents, path, 100))).toEqual(plainly(documents, path, 100))
      }
      const read = (bytes: Buffer, steps: ReturnType<typeof stepsOf>, known: KnownItems | undefined) => {
        const scanner = new ItemScanner({ steps, file: '', known })
        scanner.write(bytes)
        scanner.end()
        return eachOf(scanner.found.take(), known)
      }
      for (const steps of [undefined, stepsOf(parsePath('b[*].c'))]) {
        const first = new KnownItems()
        read(documents[0]!, undefined, first)
        const problems = (given: KnownItems | undefined): string[] =>
          read(documents[1]!, steps, given).map((one) => ('problem' in one ? one.problem : one.json.toString()))
        expect(problems(first.next())).toEqual(problems(undefined))
      }
    }
  })
})
