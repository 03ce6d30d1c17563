import { type ErrorCode, UnsiloError } from '../../errors.ts'
import type { Files } from '../../system/files.ts'
import { type Redactor, createRedactor } from '../../system/redact.ts'
import { type SecretReference, secretReference } from '../../system/schema.ts'
import { type ExportContext, type ExportNotes, type Source, nothingToNote } from '../source.ts'
import { limitTime } from '../time-limit.ts'
import type { PluginConfig } from './config.ts'
import { confineSink } from './confined-sink.ts'
import type { SourceDefinition } from './define-source.ts'
import { loadPlugin } from './load-plugin.ts'

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

/** A source that a module defines. What the module does wrong is told as its failure, and never as a fault of unsilo. */
export function openPluginSource({ module, options }: PluginConfig, given: PluginOptions): Source {
  const { files, folder, timeoutMs, graceMs = 5000 } = given
  return {
    kind: 'plugin',
    resumes: false,
    async export(sink, context): Promise<ExportNotes> {
      const definition = await loadPlugin(module, folder, files)
      const time = limitTime(context.signal, timeoutMs)
      const confined = confineSink(sink, module)
      const redactor = createRedactor([])
      const readSecret = async (reference: SecretReference): Promise<string> => {
        const secret = await given.readSecret('source', checkedReference(reference, module))
        redactor.add(secret)
        return secret
      }
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

/** A module that does not end at an interrupt is left behind; what it still writes is refused. */
async function orAborted<T>(working: Promise<T>, signal: AbortSignal, graceMs: number): Promise<T> {
  working.catch(() => undefined)
  let timer: NodeJS.Timeout | undefined
  let leave: (() => void) | undefined
  const left = new Promise<never>((_, reject) => {
    leave = () => {
      timer = setTimeout(() => reject(signal.reason as Error), graceMs)
    }
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
  })
  try {
    return await Promise.race([working, left])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', leave!)
  }
}

function checkedReference(reference: unknown, module: string): SecretReference {
  const checked = secretReference.safeParse(reference)
  if (checked.success) return checked.data
  throw new UnsiloError('config', `${module} asks for a secret without saying where it is kept`, {
    hint: 'A reference is { file = "…" }, { env = "…" }, { command = "…" } or { credential = "…" }.',
  })
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

/** What a module throws is told with its name; where it happened is in the log. */
async function failureOf(
  error: unknown,
  module: string,
  { logs }: ExportContext,
  redactor: Redactor,
): Promise<UnsiloError> {
  if (isUnsiloError(error)) {
    const { code, message, hint, retryable } = error
    return new UnsiloError(code, redactor.text(message), {
      retryable: retryable === true,
      cause: error,
      ...(hint === undefined ? {} : { hint: redactor.text(hint) }),
    })
  }
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  await logs.err.write(`${redactor.text((error instanceof Error ? error.stack : undefined) ?? said)}\n`)
  return new UnsiloError('command-failed', `${module} failed: ${redactor.text(said.split('\n', 1)[0]!)}`, {
    hint: 'Mend the module.',
    retryable: true,
  })
}

/** The module may have another copy of the class than this program. */
function isUnsiloError(
  error: unknown,
): error is { code: ErrorCode; message: string; hint?: string | undefined; retryable?: boolean } {
  return (
    error instanceof Error && error.name === 'UnsiloError' && typeof (error as { code?: unknown }).code === 'string'
  )
}
