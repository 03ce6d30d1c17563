import type { Place } from './listing.ts'

/** A page token that tells a client nothing. */
export function tokenAt(place: Place): string {
  return Buffer.from(JSON.stringify([place.value, place.id])).toString('base64url')
}

/** Where a page begins; at the start without a token, or with one that is none. */
export function readToken(token: string | null | undefined): Place | undefined {
  if (token === null || token === undefined || token === '') return undefined
  try {
    const [value, id] = JSON.parse(Buffer.from(token, 'base64url').toString()) as [string | number, number]
    return { value, id }
  } catch {
    return undefined
  }
}
