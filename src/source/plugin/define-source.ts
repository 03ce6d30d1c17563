import type { ConfigSchema, PluginDefinition } from '../../plugin/definition.ts'
import type { SecretReference } from '../../system/schema.ts'
import type { ExportContext, ExportNotes, ParcelSink } from '../source.ts'

/** What an export of a module is told. */
export interface SourceContext<Config> extends ExportContext {
  /** `[source]` of the dataset without `kind`, as the module's schema gives it. */
  config: Config
  /** Reads a secret by its reference, such as `{ file = "…" }`. It is kept out of the reasons of failures. */
  readSecret(reference: SecretReference): Promise<string>
}

/** A kind of source that a module adds. */
export interface SourceDefinition<Config = unknown> extends PluginDefinition {
  /** What may stand in `[source]`; without it, nothing but `kind`. */
  config?: ConfigSchema<Config>
  /**
   * Writes everything there is to `sink`, and ends when `context.signal` aborts. What it throws fails the export.
   *
   * @returns What there is to say of it, if anything.
   */
  export(sink: ParcelSink, context: SourceContext<Config>): Promise<Partial<SourceNotes> | void>
}

type SourceNotes = Pick<ExportNotes, 'holds' | 'incomplete' | 'warnings'>

/** Gives a definition its types; the module exports it as `default`. */
export function defineSource<Config>(definition: SourceDefinition<Config>): SourceDefinition<Config> {
  return definition
}
