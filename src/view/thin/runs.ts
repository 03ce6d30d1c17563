import type { ViewDefinition } from '../definition.ts'

/** What a parcel shows of something, so that it cannot be missed. */
type Showing = 'only' | 'first' | 'last' | 'absent'

/** Told of each parcel that cannot be missed, and what for. Parcels are places in their order, from 0. */
type Note = (place: number, showing: Showing, key: string) => void

/** Follows things, by key, through parcels: from where to where each stays the same, and what proves that it is gone. */
export interface Runs {
  see(key: string, version: string, place: number): void
  /** Each of `keys` that the parcel proves to be gone. Those that are known to be gone are not asked for again. */
  miss(place: number, at: Date, isProven: (key: string) => boolean): void
  /** A parcel of which not all could be read: it may prove that what it does not show is gone, or not. It stays in any case. */
  doubt(place: number): void
  /** Notes what has not ended. Nothing is told after it. */
  end(): void
}

interface Run {
  version: string
  first: number
  last: number
  /** Parcels in a row, from the first on, that prove that it is gone; all of them until it counts as gone. */
  missing: number
  since: Date | undefined
  isGone: boolean
  /** A parcel that could not be read as a whole lacks it. */
  isVague: boolean
}

const dayMs = 86_400_000

/**
 * A run is what a version is seen in, with no proof of absence in between. Its first and its last parcel tell when it was there, and
 * the parcels between them nothing more. Of proofs of absence the first one tells since when, and as many are needed as `absent`
 * asks for.
 */
export function createRuns({ parcels, days }: ViewDefinition['absent'], note: Note): Runs {
  const runs = new Map<string, Run>()
  const end = (key: string, { first, last }: Run): void => {
    if (first === last) note(first, 'only', key)
    else {
      note(first, 'first', key)
      note(last, 'last', key)
    }
  }
  return {
    see(key, version, place) {
      const run = runs.get(key)
      if (run !== undefined && run.version === version && run.missing === 0 && !run.isVague) {
        run.last = place
        return
      }
      // A sighting between two proofs of absence keeps them from being counted together, so it begins a run in any case.
      if (run !== undefined) end(key, run)
      runs.set(key, { version, first: place, last: place, missing: 0, since: undefined, isGone: false, isVague: false })
    },
    miss(place, at, isProven) {
      for (const [key, run] of runs) {
        if (run.isGone || run.last === place || !isProven(key)) continue
        run.missing++
        run.since ??= at
        const isSure = run.missing >= parcels && at.getTime() - run.since.getTime() >= days * dayMs
        // Where it is not known which proof is the first, all of them are needed.
        if (isSure || run.isVague || run.missing < Math.max(parcels, 2)) note(place, 'absent', key)
        run.isGone = isSure
      }
    },
    doubt(place) {
      for (const run of runs.values()) run.isVague ||= !run.isGone && run.last !== place
    },
    end() {
      for (const [key, run] of runs) end(key, run)
      runs.clear()
    },
  }
}
