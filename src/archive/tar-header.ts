import { isUtf8 } from 'node:buffer'
import type { EntryInfo } from './entry.ts'

/** File types of a header (POSIX.1-2017, pax, "ustar Interchange Format"). */
export const tarType = { file: '0', hardLink: '1', link: '2', folder: '5', pax: 'x' } as const

export interface TarEntry {
  type: (typeof tarType)[keyof typeof tarType]
  name: Buffer
  info: EntryInfo
  sizeBytes: number
  linkName?: Buffer
}

export const tarBlockBytes = 512
const nameBytes = 100
/** What 7 and 11 octal digits hold; a pax record tells what is larger. */
const largestId = 0o7777777
const largestNumber = 0o77777777777
const nsInSecond = 1_000_000_000n

/** The blocks before an entry's content: a header, and before it a pax header for what that cannot hold. */
export function tarHeader(entry: TarEntry): Buffer {
  const records = paxRecords(entry)
  const own = headerBlock(entry)
  if (records.length === 0) return own
  const body = Buffer.concat(records)
  const pax: TarEntry = { type: tarType.pax, name: paxName(entry.name), info: entry.info, sizeBytes: body.length }
  return Buffer.concat([
    headerBlock({ ...pax, info: { ...entry.info, mode: 0o644 } }),
    body,
    tarPadding(body.length),
    own,
  ])
}

/** Zeros up to the next whole block. */
export function tarPadding(sizeBytes: number): Buffer {
  return Buffer.alloc(-sizeBytes & (tarBlockBytes - 1))
}

/** Only programs that know nothing of pax show this name. */
function paxName(name: Buffer): Buffer {
  return Buffer.concat([Buffer.from('PaxHeaders/'), name.subarray(name.lastIndexOf(0x2f) + 1).subarray(0, 80)])
}

function headerBlock({ type, name, info, sizeBytes, linkName }: TarEntry): Buffer {
  const block = Buffer.alloc(tarBlockBytes)
  const seconds = Number(floorSeconds(info.modifiedNs))
  block.set(name.subarray(0, nameBytes), 0)
  writeOctal(block, 100, 7, info.mode)
  writeOctal(block, 108, 7, Math.min(info.uid, largestId))
  writeOctal(block, 116, 7, Math.min(info.gid, largestId))
  writeOctal(block, 124, 11, sizeBytes > largestNumber ? 0 : sizeBytes)
  writeOctal(block, 136, 11, Math.min(Math.max(seconds, 0), largestNumber))
  block.write(type, 156, 'latin1')
  if (linkName !== undefined) block.set(linkName.subarray(0, nameBytes), 157)
  block.write('ustar\x0000', 257, 'latin1')
  // The sum is taken as if its own field held spaces.
  block.fill(' ', 148, 156)
  let sum = 0
  for (const byte of block) sum += byte
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

function writeOctal(block: Buffer, at: number, digits: number, value: number): void {
  block.write(value.toString(8).padStart(digits, '0'), at, 'latin1')
}

function paxRecords({ name, info, sizeBytes, linkName }: TarEntry): Buffer[] {
  const records: Buffer[] = []
  const isLongName = name.length > nameBytes
  const isLongLink = linkName !== undefined && linkName.length > nameBytes
  // Values are UTF-8 unless this says otherwise.
  if ((isLongName && !isUtf8(name)) || (isLongLink && !isUtf8(linkName)))
    records.push(paxRecord('hdrcharset', 'BINARY'))
  if (isLongName) records.push(paxRecord('path', name))
  if (isLongLink) records.push(paxRecord('linkpath', linkName))
  if (sizeBytes > largestNumber) records.push(paxRecord('size', String(sizeBytes)))
  if (info.uid > largestId) records.push(paxRecord('uid', String(info.uid)))
  if (info.gid > largestId) records.push(paxRecord('gid', String(info.gid)))
  const seconds = floorSeconds(info.modifiedNs)
  const isWhole = info.modifiedNs % nsInSecond === 0n
  if (!isWhole || seconds < 0n || seconds > largestNumber) records.push(paxRecord('mtime', decimal(info.modifiedNs)))
  return records
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
function paxRecord(key: string, value: string | Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')])
  let length = rest.length + 1
  while (String(length).length + rest.length !== length) length++
  return Buffer.concat([Buffer.from(String(length)), rest])
}

function floorSeconds(ns: bigint): bigint {
  const seconds = ns / nsInSecond
  return ns < 0n && ns % nsInSecond !== 0n ? seconds - 1n : seconds
}

function decimal(ns: bigint): string {
  const size = ns < 0n ? -ns : ns
  const fraction = String(size % nsInSecond)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return `${ns < 0n ? '-' : ''}${size / nsInSecond}${fraction === '' ? '' : `.${fraction}`}`
}
