import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import type { ExportOptions } from './export-options.ts'

const source = fileURLToPath(new URL('export-command.ts', import.meta.url))
// Ignored by git and removed by a new install; named by content, so nothing piles up from test to test.
const folder = fileURLToPath(new URL('../../node_modules/.cache/unsilo-simulator/', import.meta.url))
let bundle: string | undefined

/**
 * A shell command line that prints a simulated account's export, ready for a dataset's `cmd`:
 * `` `${simulatorCommand({ at, view: 'newest:100' })} > $PARCEL_PATH.json` ``.
 *
 * @param planFile A JSON file, read at each start, whose options replace those of `options`. It may come later, or never.
 */
export function simulatorCommand(options: Partial<ExportOptions> = {}, planFile?: string): string {
  bundle ??= buildBundle()
  const words = [process.execPath, bundle, JSON.stringify(options), ...(planFile === undefined ? [] : [planFile])]
  return words.map(quoted).join(' ')
}

function buildBundle(): string {
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
