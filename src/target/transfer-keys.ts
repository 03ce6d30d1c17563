import * as z from 'zod'
import { UnsiloError } from '../errors.ts'
import { parsedBy } from '../system/schema.ts'
import { parseSize } from '../system/size.ts'

/** Keys of `[targets.NAME]` that every kind has: how bytes go there. */
export const transferKeys = {
  limit: z
    .string()
    .transform(parsedBy(parseRate))
    .optional()
    .describe(
      'How fast bytes may go there and come back, all together, such as "2 MB/s". Default: as fast as they can.',
    ),
  tries: z
    .int()
    .min(1)
    .default(4)
    .describe(
      'How often a transfer is tried that fails for a reason that may pass, such as a lost connection. The waits in between ' +
        'grow: about 1 s, 2 s, 4 s …',
    ),
}

/** Reads `2 MB/s`, in bytes a second. @throws UnsiloError `config` */
export function parseRate(text: string): number {
  const [, size] = /^(.*\S)\s*\/\s*s(?:ec)?\s*$/i.exec(text) ?? []
  const bytes = size === undefined ? 0 : bytesOf(size)
  if (bytes > 0) return bytes
  throw new UnsiloError('config', `"${text}" is not a number of bytes a second`, {
    hint: 'Write it like "2 MB/s" or "500 kB/s".',
  })
}

function bytesOf(size: string): number {
  try {
    return parseSize(size)
  } catch (error) {
    if (error instanceof UnsiloError) return 0
    throw error
  }
}
