import type { Bytes } from '../../codec/codec.ts'
import type { ItemPath } from '../../system/item-path.ts'
import type { ItemsDefinition } from '../definition.ts'
import type { Found } from '../item.ts'
import { badFile } from './bad.ts'
import { readCsv } from './csv.ts'
import { HeldLists, watched } from './held-lists.ts'
import { readCalendar } from './icalendar.ts'
import { type Input, type ParcelSource, inputsOf } from './inputs.ts'
import { readJson } from './json/json.ts'
import type { KnownItems } from './json/known-items.ts'
import { readNdjson } from './json/ndjson.ts'
import { type Surroundings, withSpool } from './spool.ts'
import { readSqlite } from './sqlite.ts'

export interface ReadContext extends Surroundings {
  /** Items of the parcel before: where some of them stand in JSON, they are found as a run. */
  known?: KnownItems | undefined
}

/**
 * The items of a parcel, in their order, several at a time: to wait for each one costs more than to find it. A batch may be empty.
 * Content never throws: an item, row, file or parcel that cannot be read is a bad item, and the rest goes on. So is a parcel in which
 * no file is read: it says nothing of items.
 *
 * Items may be parts of larger chunks: who keeps few of them copies those.
 *
 * @throws UnsiloError `missing-program` (sqlite3, zstd), `no-space`, `cancelled`: what says nothing of the parcel
 */
export async function* readItemBatches(
  parcel: ParcelSource,
  definition: ItemsDefinition,
  context: ReadContext,
): AsyncGenerator<readonly Found[]> {
  let isEmpty = true
  try {
    for await (const input of inputsOf(parcel, definition, context)) {
      isEmpty = false
      if ('problem' in input) yield [input]
      else yield* guarded(readInput(input, definition, context), input.file, context.signal)
    }
    if (isEmpty) yield [{ problem: sayNoFile(definition), file: '' }]
  } catch (error) {
    yield [badFile(error, '', context.signal)]
  }
}

function sayNoFile({ files }: ItemsDefinition): string {
  return files === undefined ? 'it has no file of a kind that the view reads' : `no file in it is like "${files}"`
}

/**
 * The items of one body of JSON, such as a page that a server sent. The chunks have to stay as they are while it is read.
 *
 * @param paths As `items` of a view: of several the first that the body has. `undefined`: the elements of a list, or the body.
 * @param file What the body is called in what is found.
 */
export async function* readBody(
  bytes: Bytes,
  paths: readonly ItemPath[] | undefined,
  file: string,
  context: ReadContext,
): AsyncGenerator<readonly Found[]> {
  const read = (open: () => Bytes): AsyncGenerator<Found[]> => readJson(open, { paths, file, known: context.known })
  yield* guarded(readOnce(bytes, paths, read, context), file, context.signal)
}

async function* guarded(found: AsyncGenerator<Found[]>, file: string, signal: AbortSignal): AsyncGenerator<Found[]> {
  try {
    for await (const batch of found) {
      signal.throwIfAborted()
      yield batch
    }
  } catch (error) {
    yield [badFile(error, file, signal)]
  }
}

async function* readInput(input: Input, definition: ItemsDefinition, context: ReadContext): AsyncGenerator<Found[]> {
  const { file, kind, open } = input
  const { items: paths, element } = definition
  switch (kind) {
    case 'json': {
      const read = (reopen: () => Bytes): AsyncGenerator<Found[]> =>
        readJson(reopen, { paths, file, known: context.known })
      const lists = paths === undefined ? new HeldLists() : undefined
      const seen = (bytes: Bytes): Bytes => (lists === undefined ? bytes : watched(bytes, lists))
      yield* input.isOnce ? readOnce(seen(open()), paths, read, context) : read(() => seen(open(true)))
      const held = lists?.end() ?? []
      if (held.length > 0) yield [{ problem: '', file, held }]
      break
    }
    case 'ndjson':
      yield* readNdjson(open(), { paths, file, known: context.known })
      break
    case 'csv':
    case 'tsv':
      yield* readCsv(open(), { kind, file, csv: definition.csv, needed: neededColumns(definition) })
      break
    case 'xml': {
      const { readXml } = await import('./xml.ts')
      yield* readXml(open(), { element: element ?? '', file })
      break
    }
    case 'icalendar':
      yield* readCalendar(open(), { component: element, file })
      break
    case 'sqlite':
      yield* readSqlite(input, definition, context)
      break
    case 'zip':
    case 'tar':
      throw new TypeError('archives are opened before')
  }
}

/** Of parts of the key that have no other way: the columns that they begin with. */
function neededColumns({ key }: ItemsDefinition): string[] {
  if (key === 'hash') return []
  const needed = key.filter(({ isOptional, others = [] }) => isOptional !== true && others.length === 0)
  return needed.flatMap(({ steps }) => (typeof steps[0] === 'string' ? [steps[0]] : []))
}

/** Several paths may need as many passes. */
async function* readOnce(
  bytes: Bytes,
  paths: readonly ItemPath[] | undefined,
  read: (open: () => Bytes) => AsyncGenerator<Found[]>,
  context: ReadContext,
): AsyncGenerator<Found[]> {
  if (paths === undefined || paths.length === 1) yield* read(() => bytes)
  else yield* withSpool(bytes, context, read)
}
