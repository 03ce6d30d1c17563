import { UnsiloError } from '../../errors.ts'
import { orAborted } from '../../plugin/or-aborted.ts'
import { isUnsiloError, pluginError, sayError } from '../../plugin/plugin-error.ts'
import { secretReader } from '../../plugin/read-secret.ts'
import type { Files } from '../../system/files.ts'
import { type Redactor, createRedactor } from '../../system/redact.ts'
import type { SecretReference } from '../../system/schema.ts'
import { type ExportContext, type ExportNotes, type Source, nothingToNote } from '../source.ts'
import { limitTime } from '../time-limit.ts'
import type { PluginConfig } from './config.ts'
import { confineSink } from './confined-sink.ts'
import type { SourceDefinition } from './define-source.ts'
import { loadSourceModule } from './load-source-module.ts'

interface PluginOptions {
  files: Files
  /** Relative paths start here. */
  folder: string
  /** Longest time that a try may take, in ms; `undefined` sets no limit. */
  timeoutMs?: number | undefined
  readSecret(name: string, reference: SecretReference): Promise<string>
  /** How long a module has to end by itself after an interrupt, in ms. */
  graceMs?: number
}

/**
 * A source that a module defines. What the module does wrong is told as its failure, and never as a fault of unsilo; what it
 * still writes once it has been left behind is refused.
 */
export function openPluginSource({ module, options }: PluginConfig, given: PluginOptions): Source {
  const { files, folder, timeoutMs, graceMs = 5000 } = given
  return {
    kind: 'plugin',
    resumes: false,
    async export(sink, context): Promise<ExportNotes> {
      const definition = await loadSourceModule(module, folder, files)
      const time = limitTime(context.signal, timeoutMs)
      const confined = confineSink(sink, module)
      const redactor = createRedactor([])
      const readSecret = secretReader(module, redactor, (reference) => given.readSecret('source', reference))
      try {
        time.signal.throwIfAborted()
        const told = { ...context, signal: time.signal, config: options, readSecret }
        const working = Promise.resolve(definition.export(confined.sink, told)).then(async (notes) => {
          await confined.settle()
          return notes
        })
        return notesOf(await orAborted(working, time.signal, graceMs), module)
      } catch (error) {
        const known = time.explain(error)
        throw known === error ? await failureOf(error, module, context, redactor) : known
      } finally {
        confined.close()
      }
    },
  }
}

type Returned = Awaited<ReturnType<SourceDefinition['export']>>

function notesOf(notes: Returned, module: string): ExportNotes {
  if (notes === undefined) return nothingToNote
  const { holds = 'all', incomplete = [], warnings = [] } = notes ?? {}
  const areTexts = [incomplete, warnings].every(
    (list) => Array.isArray(list) && list.every((text) => typeof text === 'string'),
  )
  if (areTexts && (holds === 'all' || holds === 'part')) return { holds, incomplete, warnings }
  throw new UnsiloError('usage', `${module} returns something that says nothing of its export`, {
    hint: 'Return nothing, or { holds, incomplete, warnings }: "all" or "part", and two lists of texts.',
  })
}

/** What a module throws is told with its name; where it happened is in the log, too. */
async function failureOf(
  error: unknown,
  module: string,
  { logs }: ExportContext,
  redactor: Redactor,
): Promise<UnsiloError> {
  if (!isUnsiloError(error)) {
    const stack = error instanceof Error ? error.stack : undefined
    await logs.err.write(`${redactor.text(stack ?? sayError(error))}\n`)
  }
  return pluginError(error, module, redactor)
}
