import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { JobName, Place } from './job.ts'

/** @param root absolute */
export function placeOf(root: string): Place {
  const word = basename(root)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  const hash = createHash('sha256').update(root).digest('hex').slice(0, 6)
  return { root, id: `${word.slice(0, 30) || 'root'}-${hash}` }
}

/** What a job is called where timers are listed. */
export function timerName(place: Place, job: JobName): string {
  return `unsilo-${job}-${place.id}`
}
