import * as z from 'zod'

/** `[watch]` of `unsilo.toml`: where `watch` leaves what it has seen. */
export const watchConfig = z
  .strictObject({
    prometheus: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The file with the figures for Prometheus, in the folder that node_exporter reads. A relative path starts at the root, `~` is your home.',
      ),
    publish: z
      .array(z.string())
      .default([])
      .describe('Targets that the status and the report are copied to, so that their age shows from elsewhere.'),
  })
  .describe('Where `watch` leaves what it has seen.')

export type WatchConfig = z.output<typeof watchConfig>
