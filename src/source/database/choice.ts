import * as z from 'zod'
import { UnsiloError } from '../../errors.ts'

const name = z
  .string()
  .min(1)
  .refine((text) => !text.includes('\0'), { error: 'must not hold a NUL character' })

/** `database` and `ignore`, which every database server has. */
export const choiceKeys = {
  database: z
    .union([name, z.array(name).min(1)])
    .describe('The database to dump; or a list; or "*" for all. More than one make a folder, a file each.'),
  ignore: z.array(name).default([]).describe('With `database = "*"`: those to leave out.'),
}

export interface Choice {
  database: string | string[]
  ignore: string[]
}

/** Whether the parcel is a folder; it depends on the configuration only, so that parcels stay alike. */
export function choosesMany({ database }: Choice): boolean {
  return database === '*' || typeof database !== 'string'
}

/**
 * The databases to dump, in order.
 *
 * @param list Names those that there are.
 * @param always Dumped even when it is ignored.
 * @throws UnsiloError `empty` when none is left
 */
export async function chosenDatabases(
  { database, ignore }: Choice,
  list: () => Promise<string[]>,
  always: readonly string[] = [],
): Promise<string[]> {
  if (database !== '*') return typeof database === 'string' ? [database] : [...new Set(database)]
  const there = await list()
  const chosen = there.filter((one) => always.includes(one) || !ignore.includes(one))
  if (chosen.length > 0) return chosen.sort()
  throw new UnsiloError('empty', `none of the ${there.length} databases of the server is left to dump`, {
    hint: 'Look at `ignore`, and at what this user may see.',
  })
}
