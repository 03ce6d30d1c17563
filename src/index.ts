/** The library's public names. Everything that the command line tool does is done by calling these. */
export { type ConfigProblem, sayProblem } from './config/problem.ts'
export { type LoadedConfig, type LoadedDataset, loadDatasets } from './config/load.ts'
export { acceptParcel } from './dataset/accept.ts'
export { type Context, type Dataset, type Problem, type Progress, openDataset } from './dataset/dataset.ts'
export { type DrainResult, drainDataset } from './dataset/drain.ts'
export { type History, type ParcelRecord, type ParcelState, readHistory } from './dataset/history.ts'
export { ingestFile } from './dataset/ingest-file.ts'
export { type InitResult, initDataset } from './dataset/init.ts'
export { type PruneDecision, type PrunePlan, pruneDataset } from './dataset/prune.ts'
export { type ProbeOptions, probeDataset } from './dataset/probe.ts'
export { recomputeMetrics } from './dataset/recompute.ts'
export { type RestoreOptions, type Restored, restoreParcel } from './dataset/restore.ts'
export { type Outcome, type RunOptions, hasFailed, runDataset, runDatasets } from './dataset/run.ts'
export { type ParcelDetails, type ParcelSummary, listSummaries, showParcel } from './dataset/show.ts'
export { type WrapOptions, type WrapResult, wrapCommand } from './dataset/wrap.ts'
export { type ErrorCode, UnsiloError } from './errors.ts'
export { type ParcelId, isParcelId, parcelIdAt, parcelTime } from './parcel/id.ts'
export { type DatasetReport, type Report, makeReport } from './report/report.ts'
export { type Why, whyDataset } from './report/why.ts'
export type { ConfigSchema } from './plugin/definition.ts'
export type { ExportContext, ExportNotes, ParcelFolder, ParcelSink } from './source/source.ts'
export { type SourceContext, type SourceDefinition, defineSource } from './source/plugin/define-source.ts'
export type { SecretReference } from './system/schema.ts'
export { type System, realSystem } from './system/system.ts'
export {
  type ModuleTarget,
  type TargetContext,
  type TargetDefinition,
  defineTarget,
} from './target/plugin/define-target.ts'
export type { Arrival, ByteRange, KnownBody, LocalFile, OpenBody, Target, TargetFile } from './target/target.ts'
