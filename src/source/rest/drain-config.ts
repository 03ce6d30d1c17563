import * as z from 'zod'
import { UnsiloError } from '../../errors.ts'
import { parsedBy } from '../../system/schema.ts'
import { parseText } from './substitute.ts'
import { whereText } from './where.ts'

const drainRequest = z.string().transform(
  parsedBy((text) => {
    const [, method, path] = /^(DELETE|POST|PUT|PATCH)\s+([^\s#]+)$/.exec(text.trim()) ?? []
    if (method !== undefined && path !== undefined) return { method, path: parseText(path) }
    throw new UnsiloError('config', `"${text}" is not a request`, {
      hint: 'Write it like "DELETE export/{form.name}/{id}".',
    })
  }),
)

/** `[source.drain]`: deleting, on the server, records that are safe here. */
export const drainConfig = z.strictObject({
  enabled: z.boolean().default(false).describe('Every run drains; without it, nothing is ever deleted.'),
  stream: z.string().describe('The stream whose records are deleted.'),
  where: whereText.optional().describe('Only these records, as in "form.deleteable".'),
  request: drainRequest.describe(
    'How one record is deleted: a method and a path, with {name} for fields. Its `key` must be there, and what tells its group.',
  ),
  after: z
    .strictObject({
      targets: z.array(z.string()).default([]).describe('Targets that must have acknowledged the parcel.'),
    })
    .prefault({})
    .describe('What must have happened to a parcel; it is always sealed, read again and checked.'),
  gone: z
    .array(z.int().min(100).max(599))
    .default([404, 410])
    .describe('Statuses that mean that the record is gone already.'),
  per_run: z.int().min(1).default(500).describe('Most records to delete in a run.'),
})

export type DrainConfig = z.output<typeof drainConfig>
