import * as z from 'zod'
import { choiceKeys } from '../database/choice.ts'
import { dumpArgsConfig } from '../database/dump-args.ts'
import { programsKey, serverKeys } from '../database/server.ts'
import { checkTls } from '../database/tls.ts'

const ownOptions = [
  'file format jobs compress dbname host port username password no-password',
  'binary-upgrade version help',
].flatMap((line) => line.split(' '))

/** `[source]` with `kind = "postgres"`. */
export const postgresConfig = z
  .strictObject({
    kind: z.literal('postgres'),
    ...serverKeys('~/.pgpass'),
    ...choiceKeys,
    format: z
      .enum(['custom', 'plain', 'directory'])
      .default('custom')
      .describe(
        'What pg_dump writes: "custom" for pg_restore, "plain" SQL, or "directory", which many processes can write at once.',
      ),
    jobs: z.int().min(1).default(1).describe('With `format = "directory"`: how many tables are dumped at a time.'),
    globals: z
      .union([z.boolean(), z.literal('no-passwords')])
      .default(false)
      .describe(
        'Dump roles and tablespaces too, as globals.sql. Only a superuser may read the passwords: else "no-passwords".',
      ),
    dump_args: dumpArgsConfig('pg_dump', '--exclude-table=logs', { names: ownOptions }),
    programs: programsKey,
  })
  .superRefine((keys, context) => {
    const { format, jobs } = keys
    checkTls(keys, context)
    if (jobs === 1 || format === 'directory') return
    const params = { hint: 'Remove it, or set `format = "directory"`.' }
    context.addIssue({ code: 'custom', path: ['jobs'], message: 'has no use without `format = "directory"`', params })
  })

export type PostgresConfig = z.output<typeof postgresConfig>
