import * as z from 'zod'
import { UnsiloError } from '../../errors.ts'
import { durationText, parsedBy } from '../../system/schema.ts'
import { onConfig } from './answer.ts'
import { cursorConfig, highWaterConfig } from './cursor.ts'
import { keyConfig } from './key.ts'
import { pagePatch } from './page-patch.ts'
import { pathText } from '../../system/item-path.ts'
import { substitutedText } from './substitute.ts'

/** Streams name files, placeholders and tables. */
const streamName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, { error: 'must begin with a letter, and hold letters, digits, _ and - only' })

const paramValue = z.union([substitutedText, z.number(), z.boolean()])
export type ParamValue = z.output<typeof paramValue>

/** Names that secrets go by. A shorter value than eight characters is a setting, as in Todoist's sync_token = "*". */
const secretName =
  /^(?:.*[-_])?(?:api[-_]?key|access[-_]?token|auth[-_]?token|token|secret|password|passwd|authorization)$/i
const leastSecret = 8

/** @throws UnsiloError `config` for a secret that stands in the file; its value is not repeated */
function withoutSecrets<Values extends Record<string, Params[string]>>(values: Values): Values {
  for (const [name, value] of Object.entries(values)) {
    if (!secretName.test(name) || typeof value !== 'object' || Array.isArray(value)) continue
    if (value.names.length > 0 || value.text.length < leastSecret) continue
    throw new UnsiloError('config', `${name} looks like a secret, and a secret must not stand in a configuration`, {
      hint: 'Use `auth`: { kind = "bearer", token = { file = "~/.secrets/…" } }, or kind = "api-key" for a header or parameter of that name.',
    })
  }
  return values
}

export const paramsConfig = z
  .record(z.string(), z.union([paramValue, z.array(paramValue)]))
  .transform(parsedBy(withoutSecrets))
export type Params = Record<string, ParamValue | ParamValue[]>

export const headersConfig = z
  .record(z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/), substitutedText)
  .transform(parsedBy(withoutSecrets))

/** What a parcel of the stream can show; the gap check of later parcels builds on it. */
const windowConfig = z.strictObject({
  newest: z.int().min(1).describe('The server shows only so many of the newest records.'),
  by: pathText.optional().describe('The field that says which are the newest.'),
})

/** One `[[source.streams]]` of a REST source, as written. */
export const streamKeys = z.strictObject({
  name: streamName.describe('Name of the stream.'),
  path: substitutedText.describe('Where it is, below `base`. {name} stands for a field of the parent record (`each`).'),
  method: z.enum(['GET', 'POST']).optional().describe('Default: GET, and POST where `params_in` says json or form.'),
  params: paramsConfig.optional().describe('Parameters of every request; added to those of the source.'),
  params_in: z
    .enum(['query', 'json', 'form'])
    .default('query')
    .describe('Where parameters are sent: in the address, or as the body of a POST.'),
  headers: headersConfig.optional().describe('Headers of every request; added to those of the source.'),
  format: z
    .enum(['json', 'any'])
    .default('json')
    .describe('"any": answers are kept as they are and not looked into; they need not be JSON.'),
  items: pathText
    .optional()
    .describe(
      'Where the records are: "data.children[*].data"; "." is the whole body, one record. Default: the body, an array.',
    ),
  key: keyConfig.optional().describe('The field, or fields, that tell one record from another.'),
  page: pagePatch.optional().describe('How to get the next page; each key overrides the one of the source.'),
  on: onConfig.optional().describe('What to do on a status; added to the rules of the source.'),
  cursor: cursorConfig.optional().describe('Ask only for what has changed since the last complete export.'),
  full_every: durationText.optional().describe('Ask for everything again when the last full export is so old.'),
  retention: durationText
    .optional()
    .describe('How long the server remembers changes: with an older cursor, everything is asked for again.'),
  high_water: highWaterConfig.optional().describe('Remember the largest id, and report records at or below it.'),
  stop: z
    .strictObject({ known_pages: z.int().min(1).describe('Stop after so many pages that hold nothing new.') })
    .optional()
    .describe('When to stop before the last page, where the newest records come first.'),
  window: windowConfig.optional().describe('The server shows only its newest records.'),
  each: z
    .record(z.string(), z.string())
    .optional()
    .describe('Once for each record of another stream: { issue = "issues", where = "comments > 0" }.'),
})

export type StreamKeys = z.output<typeof streamKeys>
