import { createHash } from 'node:crypto'
import type { ViewDefinition } from '../definition.ts'
import type { ViewParcel } from './view-parcel.ts'

/** Tells the first `count` parcels, in their order, from any others. */
export function chainOf(parcels: readonly ViewParcel[], count = parcels.length): string {
  let text = ''
  for (let index = 0; index < count; index++) {
    const { id, content, isEvidence } = parcels[index]!
    text += `${id} ${isEvidence ? 1 : 0} ${content}\n`
  }
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** Changes when a merge that was made by another definition is of no use. */
export function mergeFingerprint({ prefer, columns, absent, window }: ViewDefinition): string {
  const nonEmpty = Object.entries(prefer)
    .filter(([, preference]) => preference === 'first-nonempty')
    .map(([name]) => [name, columns?.[name]?.path.text])
  const what = JSON.stringify([nonEmpty, absent, window === 'all' ? window : window.newest])
  return createHash('sha256').update(what).digest('hex').slice(0, 32)
}
