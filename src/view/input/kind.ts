import { type Decompression, foreignCodec } from '../../codec/foreign.ts'
import { extensionOf } from '../../parcel/extension.ts'
import { type FileKind, fileKindOf } from '../../parcel/format/all.ts'
import { readExtension } from '../../parcel/format/claim.ts'
import type { ItemsDefinition } from '../definition.ts'

/** How a file is read. */
export type InputKind = FileKind | 'icalendar' | 'tar'

/** RFC 5545 and RFC 6350 have one grammar. Nothing checks these files when they are sealed. */
const icalendarExtensions = ['ics', 'ical', 'ifb', 'icalendar', 'vcf', 'vcard']

export interface KnownInput {
  /** `undefined` when the extension says nothing. */
  kind: InputKind | undefined
  /** Outermost first. */
  codecs: readonly Decompression[]
}

/** Extensions that stand for two. */
const shortForms: Record<string, string> = { txz: 'tar.xz', tbz: 'tar.bz2', tbz2: 'tar.bz2' }

/** @param extension As in `claimOf`. */
export function inputKindOf(extension: string): KnownInput {
  const lower = extension.toLowerCase()
  const whole = Object.hasOwn(shortForms, lower) ? shortForms[lower]! : lower
  const dot = whole.lastIndexOf('.')
  const foreign = foreignCodec(whole.slice(dot + 1))
  if (foreign !== undefined) {
    const { kind, codecs } = inputKindOf(whole.slice(0, Math.max(dot, 0)))
    return { kind, codecs: [foreign, ...codecs] }
  }
  const { codecs, inner } = readExtension(whole)
  if (icalendarExtensions.includes(inner)) return { kind: 'icalendar', codecs }
  return { kind: inner === 'tar' ? 'tar' : fileKindOf(inner), codecs }
}

/** What a file inside a folder or archive is, by its name. */
export function inputKindOfName(path: string): KnownInput {
  return inputKindOf(extensionOf(path.slice(path.lastIndexOf('/') + 1)))
}

/** What a file without a telling extension is taken for, as Chrome's "History" is, when it is the one that is meant. */
export function impliedKind({ table, sql, element, items }: ItemsDefinition): InputKind | undefined {
  if (table !== undefined || sql !== undefined) return 'sqlite'
  if (element !== undefined) return 'xml'
  return items === undefined ? undefined : 'json'
}

/** Why a view has no items in files of a kind; `undefined` when it may have. */
export function whyNot(kind: InputKind, { table, sql, element, items }: ItemsDefinition): string | undefined {
  const isOfDatabase = table !== undefined || sql !== undefined
  if (kind === 'sqlite') return isOfDatabase ? undefined : 'an SQLite database is read by `table` or `sql`'
  if (isOfDatabase) return '`table` and `sql` are for SQLite databases'
  if (kind === 'xml') return element === undefined ? 'XML is read by `element`' : undefined
  // Of a calendar it is the name of a component, such as VEVENT.
  if (kind !== 'icalendar' && element !== undefined) return '`element` is for XML'
  if (kind === 'json' || kind === 'ndjson' || items === undefined) return undefined
  return '`items` is for JSON'
}
