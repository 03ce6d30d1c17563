import { execFileSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { buildSync } from 'esbuild'

const source = resolve(import.meta.dirname, '../../src')

/** Runs TypeScript that imports from src/ in a process of its own; returns what it prints. */
export function runApart(code: string, folder: string, options: { uid?: number } = {}): string {
  return execFileSync(process.execPath, [buildApart(code, folder)], { encoding: 'utf8', ...options })
}

/** Makes a program of it; returns its path. */
export function buildApart(code: string, folder: string): string {
  const script = join(folder, 'apart.mjs')
  buildSync({
    stdin: { contents: code, resolveDir: source, loader: 'ts' },
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Optional dependencies, as in scripts/build.mjs.
    external: ['@aws-sdk/*', '@smithy/*', '@duckdb/*', 'ssh2'],
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'error',
  })
  // Another user may have to run it.
  chmodSync(folder, 0o755)
  return script
}
