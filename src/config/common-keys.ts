import * as z from 'zod'
import { UnsiloError } from '../errors.ts'
import { guardConfig } from '../parcel/guard.ts'
import { datasetKeepConfig } from '../parcel/retention-policy.ts'
import { durationText, durationWords, parsedBy } from '../system/schema.ts'
import { acceptedConfig, healthConfig } from './health-keys.ts'
import { environmentConfig } from './secrets.ts'

// A longer timer of Node.js fires at once (setTimeout takes a signed 32-bit number of ms).
const longestTimerMs = 2 ** 31 - 1

const timeLimit = durationText
  .refine((ms) => ms > 0, { error: 'must be longer than nothing', params: { hint: 'Leave it out for no limit.' } })
  .refine((ms) => ms <= longestTimerMs, { error: 'must be at most 24 days' })

const extension = z.string().transform(
  parsedBy((text) => {
    if (/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i.test(text)) return text
    throw new UnsiloError('config', `"${text}" is not an extension`, { hint: 'Write it like "json", without the dot.' })
  }),
)

const ownColumns = ['parcel_id', 'success', 'files', 'bytes']

const metricName = z.string().transform(
  parsedBy((name) => {
    if (name === '') throw new UnsiloError('config', 'a metric needs a name')
    if (!ownColumns.includes(name)) return name
    throw new UnsiloError('config', `"${name}" is a column of metrics.csv that unsilo fills itself`, {
      hint: 'Give the metric another name.',
    })
  }),
)

/** The keys of a dataset's `config.toml` but for those with large schemas, which a file may do without. */
export const commonKeys = z.strictObject({
  cmd: z
    .string()
    .optional()
    .describe(
      'Shell command that exports the data. It writes to $PARCEL_PATH plus an extension, or makes a folder of that ' +
        'name; $DATASET_PATH and $PARCEL_ID are set too.',
    ),
  env: environmentConfig
    .prefault({})
    .describe('Environment variables for `cmd` and the metrics: text, or for a secret where it is kept.'),
  stdout: extension
    .optional()
    .describe(
      'The command prints the data instead of writing files: extension of the file to store it in, as in "json".',
    ),
  returncodes_ok: z
    .array(z.int().min(1).max(255))
    .default([])
    .describe(
      'Exit statuses of `cmd`, besides 0, that are no failure. With one of them and no data, there was nothing new. 75 skips once.',
    ),
  compress: z
    .enum(['none', 'gzip', 'zstd'])
    .default('none')
    .describe('Compresses what the command prints or writes; adds .gz or .zst to the name.'),
  interval: durationWords
    .optional()
    .describe(
      'Export when the last good parcel is so old: "1 day", "90m", "1w2d". Without it and `schedule`: on request only.',
    ),
  schedule: z
    .string()
    .optional()
    .describe('Export at these times, instead of at an interval: a cron expression such as "0 3 * * *".'),
  timezone: z
    .string()
    .optional()
    .describe('Where days begin, for `schedule` and `keep`, as in "Europe/Berlin"; default: the zone of the machine.'),
  max_age: durationText
    .optional()
    .describe('Alarm when the newest good parcel is older than this; default: from the schedule.'),
  link: z
    .url({ protocol: /^https?$/, error: 'must be the address of a page, as in "https://takeout.google.com"' })
    .optional()
    .describe('Page where an export by hand is asked for; the report names it when the next one is due.'),
  keep: datasetKeepConfig
    .optional()
    .describe('How many good parcels to keep, or a table of rules; default, and 0: all.'),
  pack: z
    .strictObject({
      after: durationText.describe(
        'Put parcels older than this together into packs, which are far smaller: "30 days".',
      ),
      per: z
        .enum(['month', 'year'])
        .default('month')
        .describe(
          'What one pack holds: the parcels of a "month", or of a "year", which is smaller and slower to add to.',
        ),
    })
    .optional()
    .describe('Put old parcels together into packs: a table; default: never.'),
  retries: z.int().min(1).default(1).describe('Tries in all, with growing waits between them; 1 tries once.'),
  timeout: timeLimit.optional().describe('Longest time that one try may take; default: no limit.'),
  silence: timeLimit
    .optional()
    .describe('Longest time without any output before a try counts as hung; default: no limit.'),
  git: z
    .boolean()
    .default(false)
    .describe('Commit parcels and metrics.csv to the git repository that the dataset is in.'),
  publish: z
    .array(z.string())
    .default([])
    .describe('Copy every good parcel to these targets; they are defined in unsilo.toml.'),
  ingest: z
    .strictObject({
      paths: z
        .union([z.string(), z.array(z.string())])
        .default([])
        .describe('Globs of files and folders to move in as parcels, as in "~/Downloads/takeout-*.zip".'),
      time_source: z
        .enum(['mtime', 'now'])
        .default('now')
        .describe(
          'Where the parcel id comes from: the time the file was changed ("mtime") or the current time ("now").',
        ),
    })
    .prefault({})
    .describe('Manual exports, moved in as parcels.'),
  metrics: z
    .record(
      metricName,
      z.strictObject({
        cmd: z.string().min(1).describe('Shell command that prints the metric; $PARCEL_PATH is the file or folder.'),
      }),
    )
    .default({})
    .describe('Numbers about each parcel, kept in metrics.csv.'),
  guard: guardConfig.prefault({}).describe('What makes a parcel suspect.'),
  health: healthConfig.prefault({}).describe('What the report goes by when it judges the newest parcel.'),
  verify_age: durationText
    .optional()
    .describe('Warn when a copy was last verified longer ago than this; default: "180 days" once there are copies.'),
  accept: z
    .array(acceptedConfig)
    .default([])
    .describe('Warnings of the report that are known and count for nothing, until a day.'),
  trash_days: z
    .int()
    .min(0)
    .default(30)
    .describe('How many days a parcel that `unsilo thin` has taken lies in `trash/` before a run removes it.'),
})
