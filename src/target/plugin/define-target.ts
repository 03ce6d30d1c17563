import type { ConfigSchema, PluginDefinition } from '../../plugin/definition.ts'
import type { SecretReference } from '../../system/schema.ts'
import type { Arrival, ByteRange, KnownBody, LocalFile, OpenBody, Target } from '../target.ts'

/** What a target of a module may use. */
export interface TargetContext {
  /** Of the target, in `unsilo.toml`. */
  name: string
  /** The root folder, absolute: where relative paths of the configuration start. */
  root: string
  /** `limit`, in bytes a second: only for programs that the module runs itself. All else is slowed down around it. */
  bytesPerSecond: number | undefined
  /** Reads a secret by its reference, such as `{ file = "…" }`. It is kept out of the reasons of failures. */
  readSecret(reference: SecretReference): Promise<string>
}

/**
 * A `Target`, as a module gives it. unsilo asks for no path that leads out of the place, shows nobody what has the name of an
 * unfinished file, and tries again, limits and counts what goes through it.
 */
export interface ModuleTarget
  extends Partial<Pick<Target, 'kind' | 'parallel'>>, Omit<Target, 'kind' | 'parallel' | 'put' | 'putAll' | 'get'> {
  /** As `Target.put`; it reads the body to its end. What it returns is `sent` when it is nothing. */
  put(path: string, open: OpenBody, signal: AbortSignal, known?: KnownBody): Promise<Arrival | void>
  /** As `Target.putAll`. */
  putAll?(files: readonly LocalFile[], signal: AbortSignal): Promise<Arrival | void>
  /** As `Target.get`: a stream of Node.js or of the web, or a generator. A range has one byte at least. */
  get(path: string, signal: AbortSignal, range?: ByteRange): Promise<AsyncIterable<Uint8Array>>
}

/** A kind of target that a module adds. */
export interface TargetDefinition<Config = unknown> extends PluginDefinition {
  /** What may stand in `[targets.NAME]` beside `kind` and the keys that all targets have; without it, nothing. */
  config?: ConfigSchema<Config>
  /** Makes the place ready to be used. It is closed when the work is done. */
  open(config: Config, surroundings: TargetContext): ModuleTarget | Promise<ModuleTarget>
}

/** Gives a definition its types; the module exports it as `default`. */
export function defineTarget<Config>(definition: TargetDefinition<Config>): TargetDefinition<Config> {
  return definition
}
