import * as z from 'zod'
import { UnsiloError } from '../errors.ts'
import { parseDuration } from './duration.ts'
import { parseSize } from './size.ts'

/**
 * Makes a schema's transform of a parser that throws `UnsiloError`: the error becomes an issue, with its message as it
 * is and its hint in the issue's `params`. Anything else that is thrown is a bug and passes through.
 */
export function parsedBy<In, Out>(parse: (value: In) => Out): (value: In, context: z.RefinementCtx) => Out {
  return (value, context) => {
    try {
      return parse(value)
    } catch (error) {
      if (!(error instanceof UnsiloError)) throw error
      context.addIssue({ code: 'custom', message: error.message, params: { hint: error.hint } })
      return z.NEVER
    }
  }
}

/** Text that is a duration. Of a bare number it says at once what is missing: quotes alone would not do. */
export const durationWords = z.string({
  error: ({ input }) => {
    if (typeof input !== 'number') return undefined
    const count = Number.isInteger(input) && input > 1 ? input : 2
    return `${input} is not a duration: it needs a unit and quotes, as in "${count} minutes" or "${count} days"`
  },
})

/** A duration such as `1 day`, in ms once parsed. */
export const durationText = durationWords.transform(parsedBy(parseDuration))

/** A number of bytes, or a size such as `10 MB`; in bytes once parsed. */
export const sizeValue = z
  .union([z.int().min(0), z.string()])
  .transform(parsedBy((size) => (typeof size === 'number' ? size : parseSize(size))))

/** A text without line breaks, which would start a header or a command of their own. */
export const oneLine = z
  .string()
  .min(1)
  // oxlint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'it holds a line break or another control character')

/** The name or address of a host, without a port or a path. @param example For who writes more than that. */
export function hostName(example: string): z.ZodString {
  return z.string().regex(/^[^\s/@]+$/, `expected the name or address of a host alone, as in "${example}"`)
}

const asText =
  'a secret never stands in the configuration: say where it is, as in { file = "~/.secrets/…" }, { env = "…" } or { command = "…" }'

/** Where a secret is kept. A configuration holds this, and never the secret. */
export const secretReference = z.union(
  [
    z.strictObject({ file: z.string().min(1).describe('A file that holds the secret; `~` is your home.') }),
    z.strictObject({ env: z.string().min(1).describe('An environment variable of unsilo itself.') }),
    z.strictObject({
      command: z.string().min(1).describe('A shell command that prints it, as in "pass show todoist".'),
    }),
    z.strictObject({
      credential: z.string().min(1).describe('A credential that systemd hands over (LoadCredential=).'),
    }),
  ],
  { error: ({ input }) => (typeof input === 'string' ? asText : undefined) },
)
export type SecretReference = z.output<typeof secretReference>
