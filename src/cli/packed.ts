import type { PackedPack } from '../dataset/packs/outcome.ts'
import { saySize } from '../system/size.ts'

/** As in "todo: packed 31 parcels into 2020-01.pack.tar.zst, which has 1.2 MB; they had 240 MB". */
export function sayPackedPack(dataset: string, { pack: name, parcels, rawBytes, bytes }: PackedPack): string {
  const size = `which has ${saySize(bytes)}; ${parcels.length === 1 ? 'it' : 'they'} had ${saySize(rawBytes)}`
  return `${dataset}: packed ${sayCount(parcels.length)} into ${name}, ${size}`
}

/** As in "31 parcels". */
export function sayCount(count: number): string {
  return count === 1 ? '1 parcel' : `${count} parcels`
}
