/** What a timer starts. */
export type JobName = 'run' | 'watch'

/** A verb of unsilo that is started again and again. */
export interface Job {
  name: JobName
  everyMs: number
  /** The program and its parameters. */
  command: readonly [string, ...string[]]
  /** Where programs are looked for: timers start with next to no environment, and exports need theirs. */
  searchPath: string
}

/** The place that jobs work in, and what its timers are called. */
export interface Place {
  /** The root folder, absolute. */
  root: string
  /** Tells the timers of this root from those of others: `exports-3f9a1c`. */
  id: string
}
