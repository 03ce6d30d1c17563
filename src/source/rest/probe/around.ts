import { isTable } from './table.ts'
import { writePath } from './write-path.ts'

/** A plain value of a body, outside of its lists: what the server says of the page itself. */
export interface Around {
  path: string
  /** The last key of the path, without `_`, `-`, `@` and capitals: `nextcursor`. */
  plainName: string
  name: string
  value: string | number | boolean | null
}

const deepest = 5
const most = 500

export function aroundRecords(body: unknown): Around[] {
  const found: Around[] = []
  const look = (value: unknown, keys: readonly string[]): void => {
    if (isTable(value) && keys.length < deepest) {
      for (const [key, inner] of Object.entries(value)) look(inner, [...keys, key])
    } else if (keys.length > 0 && found.length < most && isPlain(value)) {
      const name = keys.at(-1)!
      found.push({ path: writePath(keys), name, plainName: plainNameOf(name), value })
    }
  }
  look(body, [])
  return found
}

function isPlain(value: unknown): value is Around['value'] {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

function plainNameOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/** The whole number that a value is, be it as text; `undefined` for any other. */
export function countOf(value: unknown): number | undefined {
  const isCount = typeof value === 'number' || (typeof value === 'string' && /^\d{1,15}$/.test(value))
  return isCount && Number.isSafeInteger(Number(value)) && Number(value) >= 0 ? Number(value) : undefined
}
