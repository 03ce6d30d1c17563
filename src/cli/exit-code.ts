/** What the process ends with; docs/cli.md documents them. */
export const ExitCode = {
  ok: 0,
  /** A dataset failed, or `--check` found a warning. */
  failed: 1,
  usage: 2,
  config: 3,
  /** Another unsilo is working on a dataset. */
  locked: 4,
  interrupted: 130,
} as const

/** One of `ExitCode`, or for `wrap` the command's own. */
export type ExitStatus = number
