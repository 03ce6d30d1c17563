// One module for verbs that work on datasets, loaded when one of them is used: nearly all of them need nearly all of it. `report`,
// `run` and `watch` are not among them: timers start them every few minutes, so they load nothing else.
export { accept } from './accept.ts'
export { doctor } from './doctor.ts'
export { ingest } from './ingest.ts'
export { recompute } from './metrics.ts'
export { log, parcels, show } from './parcels.ts'
export { prune } from './prune.ts'
export { why } from './why.ts'
