// One module for the verbs that work on datasets, loaded when one of them is used. Node loads a file in about half a
// millisecond, and a bundle of one file a verb, with all that they share in files between them, is thirty files.
export { accept } from './accept.ts'
export { doctor } from './doctor.ts'
export { ingest } from './ingest.ts'
export { recompute } from './metrics.ts'
export { log, parcels, show } from './parcels.ts'
export { prune } from './prune.ts'
export { report } from './report.ts'
export { exportNow, run } from './run.ts'
export { why } from './why.ts'
