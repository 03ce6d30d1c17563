import { existsSync, readFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Whether this Node.js runs TypeScript as it is (22.18, 23.6 and newer), by leaving out the types. */
export function runsTypeScript(): boolean {
  return (process.features as { typescript?: unknown }).typescript === 'strip'
}

/** Runs a module of the user, and returns what it exports. It can import `unsilo` and `zod` wherever it lies. */
export async function importModule(path: string): Promise<Record<string, unknown>> {
  offerOwnPackages()
  return (await import(pathToFileURL(path).href)) as Record<string, unknown>
}

/** Where a package begins, as an import from a file in `folder` would find it. `undefined` when it is not installed. */
export function findPackage(name: string, folder: string): string | undefined {
  const require = nodeModule.createRequire(join(folder, 'import'))
  try {
    return require.resolve(name)
  } catch (error) {
    // One that can only be imported, and not required, is found by hand.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined
    return require.resolve
      .paths(name)
      ?.map((place) => entryOf(join(place, name)))
      .find((entry) => entry !== undefined)
  }
}

function entryOf(folder: string): string | undefined {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return undefined
  const { exports: exported } = JSON.parse(readFileSync(file, 'utf8')) as { exports?: unknown }
  const entry = targetOf(isTable(exported) && '.' in exported ? exported['.'] : exported)
  return entry === undefined ? undefined : join(folder, entry)
}

/** Of the conditions of a package's `exports`, those that hold for an import (Node.js, "Conditional exports"). */
function targetOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (!isTable(value)) return undefined
  return Object.entries(value)
    .filter(([condition]) => ['import', 'node', 'default'].includes(condition))
    .map(([, inner]) => targetOf(inner))
    .find((entry) => entry !== undefined)
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

type Resolve = (specifier: string, context: unknown, next: (specifier: string, context: unknown) => unknown) => unknown

let areOffered = false

/** What no import finds from the user's folder is taken from unsilo's own: then nothing has to be installed there. */
function offerOwnPackages(): void {
  if (areOffered) return
  areOffered = true
  const own = ownPackages()
  // Newer versions of Node.js have hooks in the same thread; `register` puts them in one of their own.
  const { registerHooks } = nodeModule as { registerHooks?: (hooks: { resolve: Resolve }) => void }
  if (registerHooks !== undefined) {
    registerHooks({
      resolve(specifier, context, next) {
        try {
          return next(specifier, context)
        } catch (error) {
          if (!Object.hasOwn(own, specifier)) throw error
          return { url: own[specifier], shortCircuit: true }
        }
      },
    })
    return
  }
  const code = `const own = ${JSON.stringify(own)}
export async function resolve(specifier, context, next) {
  try { return await next(specifier, context) } catch (error) {
    if (!Object.hasOwn(own, specifier)) throw error
    return { url: own[specifier], shortCircuit: true }
  }
}`
  nodeModule.register(`data:text/javascript,${encodeURIComponent(code)}`)
}

function ownPackages(): Record<string, string> {
  // The tool's parts lie in dist/bin/, the library's in dist/system/ and the like.
  const library = new URL('../index.js', import.meta.url)
  const zod = findPackage('zod', dirname(fileURLToPath(import.meta.url)))
  return {
    ...(existsSync(library) ? { unsilo: library.href } : {}),
    ...(zod === undefined ? {} : { zod: pathToFileURL(zod).href }),
  }
}
