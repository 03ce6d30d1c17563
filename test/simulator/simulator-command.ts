import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import type { ExportOptions } from './export-options.ts'

// Ignored by git and removed by a new install; named by content, so nothing piles up from test to test.
const folder = fileURLToPath(new URL('../../node_modules/.cache/unsilo-simulator/', import.meta.url))
const bundles = new Map<string, string>()

/**
 * A shell command line that prints a simulated account's export, ready for a dataset's `cmd`:
 * `` `${simulatorCommand({ at, view: 'newest:100' })} > $PARCEL_PATH.json` ``.
 *
 * @param planFile A JSON file, read at each start, whose options replace those of `options`. It may come later, or never.
 */
export function simulatorCommand(options: Partial<ExportOptions> = {}, planFile?: string): string {
  const words = [JSON.stringify(options), ...(planFile === undefined ? [] : [planFile])]
  return scriptCommand(new URL('export-command.ts', import.meta.url), words)
}

/** A shell command line that runs a script of the simulator, bundled: Node.js 20 does not read TypeScript. */
export function scriptCommand(script: URL, words: readonly string[]): string {
  const source = fileURLToPath(script)
  const bundle = bundles.get(source) ?? buildBundle(source)
  bundles.set(source, bundle)
  return [process.execPath, bundle, ...words].map(quoted).join(' ')
}

function buildBundle(source: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [source],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    write: false,
  })
  const text = outputFiles[0]!.contents
  const path = join(folder, `${createHash('sha256').update(text).digest('hex').slice(0, 16)}.mjs`)
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  // Test workers build side by side: each one's rename puts a whole file there.
  const part = `${path}.${process.pid}`
  writeFileSync(part, text)
  renameSync(part, path)
  return path
}

function quoted(word: string): string {
  return /^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
