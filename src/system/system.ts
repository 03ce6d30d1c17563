import { type Clock, systemClock } from './clock.ts'
import { type Files, systemFiles } from './files.ts'

/** What a verb needs of the outside world; tests pass one that breaks, or whose clock they move. */
export interface System {
  clock: Clock
  files: Files
  /** A number from 0 up to, not including, 1. */
  random(): number
}

export const realSystem: System = { clock: systemClock, files: systemFiles, random: Math.random }
