import { basename } from 'node:path'
import { UnsiloError } from '../errors.ts'
import type { Files } from '../system/files.ts'
import { findPackage, importModule, runsTypeScript } from '../system/module.ts'
import { pathFrom } from '../system/path-from.ts'
import type { PluginDefinition } from './definition.ts'
import { isPath } from './is-path.ts'
import { sayError } from './plugin-error.ts'

/** What a module has to define. */
export interface PluginForm {
  adds: 'source' | 'target'
  /** The function that it has to have. */
  call: 'export' | 'open'
  /** Where a relative path starts, in words. */
  start: string
}

/**
 * Loads a module.
 *
 * @param module A path, which starts at `folder` when it is relative, or the name of a package that is installed there.
 * @returns What it defines, which has the form that is asked for.
 * @throws UnsiloError `config` that names the file
 */
export async function loadPlugin(
  module: string,
  folder: string,
  files: Files,
  form: PluginForm,
): Promise<PluginDefinition> {
  const path = isPath(module) ? pathFrom(folder, module) : findPackage(module, folder)
  if (path === undefined || files.info(path)?.kind !== 'file') throw notThere(module, path, folder, form)
  if (isTypeScript(path) && !runsTypeScript()) throw needsTypeScript(path)
  let exported: Record<string, unknown>
  try {
    exported = await importModule(path)
  } catch (error) {
    throw notLoaded(error, path)
  }
  const definition = exported['default']
  const fault = faultOf(definition, form)
  if (fault === undefined) return definition as PluginDefinition
  const { adds, call } = form
  const define = `define${adds[0]!.toUpperCase()}${adds.slice(1)}`
  throw new UnsiloError('config', `${path} is no ${adds}: ${fault}`, {
    hint: `Let it end with \`export default ${define}({ kind, config, ${call} })\`.`,
  })
}

function isTypeScript(path: string): boolean {
  return /\.[cm]?ts$/.test(path)
}

function needsTypeScript(path: string, importedBy?: string): UnsiloError {
  const [said, use] =
    importedBy === undefined
      ? [`${path} is TypeScript:`, 'name']
      : [`${importedBy} imports ${path}, which is TypeScript:`, 'import']
  const made = basename(path).replace(/\.[cm]?ts$/, '.mjs')
  return new UnsiloError('config', `${said} Node.js ${process.versions.node} cannot run it`, {
    hint: `Use Node.js 22.18 or newer; or compile it, as with \`npx esbuild ${basename(path)} --outfile=${made}\`, and ${use} ${made}.`,
  })
}

function notThere(module: string, path: string | undefined, folder: string, { start }: PluginForm): UnsiloError {
  if (path !== undefined) {
    return new UnsiloError('config', `there is no module ${path}`, { hint: `A relative path starts at ${start}.` })
  }
  return new UnsiloError('config', `there is no package "${module}" that a file in ${folder} could import`, {
    hint: `Install it there or above (npm install ${module}); a module of your own begins with "./".`,
  })
}

/** Where the mistake is does not stand in the message, but in the stack. */
function notLoaded(error: unknown, path: string): UnsiloError {
  const foreign = unknownFileIn(error)
  if (foreign !== undefined && isTypeScript(foreign)) return needsTypeScript(foreign, path)
  const place = error instanceof Error ? /file:\/\/(\/[^\s)]+?:\d+)/.exec(error.stack ?? '')?.[1] : undefined
  return new UnsiloError('config', `${path} cannot be loaded: ${sayError(error)}`, {
    hint: place === undefined ? `\`node --check ${path}\` may show where.` : `Look at ${decodeURI(place)}.`,
    cause: error,
  })
}

/** The file that Node.js does not know how to run. */
function unknownFileIn(error: unknown): string | undefined {
  if ((error as NodeJS.ErrnoException | undefined)?.code !== 'ERR_UNKNOWN_FILE_EXTENSION') return undefined
  return /for (?:file:\/\/)?(\/.*)$/m.exec((error as Error).message)?.[1]
}

function faultOf(definition: unknown, { call }: PluginForm): string | undefined {
  if (typeof definition !== 'object' || definition === null) return 'it has no default export that is an object'
  const { kind, config, [call]: run } = definition as Partial<Record<'kind' | 'config' | PluginForm['call'], unknown>>
  if (typeof kind !== 'string' || kind === '') return 'its `kind` is no text'
  if (typeof run !== 'function') return `its \`${call}\` is no function`
  if (config === undefined || isSchema(config)) return undefined
  return 'its `config` is no schema of zod or of another library that follows Standard Schema'
}

function isSchema(value: unknown): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard = (value as { '~standard'?: { validate?: unknown } | undefined })['~standard']
  return typeof standard?.validate === 'function'
}
