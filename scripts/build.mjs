#!/usr/bin/env node
// Builds dist/: the library and its types with tsc, the command line tool as one code-split bundle with esbuild.
import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { planParts } from './parts.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)
const { engines } = JSON.parse(readFileSync('package.json', 'utf8'))
// Built aside and then swapped, so that a running unsilo never finds half of a bundle.
const fresh = `dist.${process.pid}`
const main = 'src/cli/main.ts'
const often = ['src/cli/report.ts', 'src/cli/run.ts', 'src/cli/watch.ts']
// Started by its place, beside the others.
const thread = 'src/view/ahead/reader-thread.ts'

/** @type {import('esbuild').BuildOptions & { metafile: true }} */
const options = {
  entryPoints: { unsilo: main },
  outdir: `${fresh}/bin`,
  bundle: true,
  splitting: true,
  minify: true,
  keepNames: false,
  format: 'esm',
  platform: 'node',
  target: `node${/\d+(\.\d+)?/.exec(engines.node)[0]}`,
  // Optional dependencies: loaded on use, and told about when they are not installed.
  external: ['@aws-sdk/*', '@smithy/*', '@duckdb/*', 'nodemailer', 'ssh2'],
  chunkNames: 'chunk-[hash]',
  // Bundled CommonJS packages call require() for Node's own modules, and for nothing else: see expectBuiltins.
  banner: { js: '#!/usr/bin/env node\nconst require=process.getBuiltinModule;' },
  metafile: true,
  logLevel: 'warning',
}

const { metafile } = await build({ ...options, write: false })
expectBuiltins(metafile)
const parts = planParts(metafile, { main, often }, (path) => path.startsWith('src/') && path !== main)
await build({ ...options, plugins: [partsPlugin(parts)] })
// A thread has to load all that it needs: one file is quicker than parts.
await build({ ...options, entryPoints: { 'reader-thread': thread }, splitting: false })
chmodSync(`${fresh}/bin/unsilo.js`, 0o755)

const compiler = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', fresh]
const { status } = spawnSync(process.execPath, compiler, { stdio: 'inherit' })
if (status === 0) {
  rmSync('dist', { recursive: true, force: true })
  renameSync(fresh, 'dist')
} else rmSync(fresh, { recursive: true, force: true })
process.exit(status ?? 1)

/** Makes each entry point of a part import all of it. */
function partsPlugin(parts) {
  const namespace = 'part'
  return {
    name: 'parts',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^part:/ }, ({ path }) => ({ path, namespace }))
      onLoad({ filter: /.*/, namespace }, ({ path }) => {
        const { modules } = parts[Number(path.slice('part:'.length))]
        return { contents: modules.map(importOf).join('\n'), resolveDir: root }
      })
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const own = relative(root, path)
        const used = parts.flatMap(({ users }, number) => (users.includes(own) ? [`part:${number}`] : []))
        if (used.length === 0) return undefined
        return { contents: [readFileSync(path, 'utf8'), ...used.map(importOf)].join('\n'), loader: 'ts' }
      })
    },
  }
}

function importOf(path) {
  return `import ${JSON.stringify(path.startsWith('src/') ? `./${path}` : path)}`
}

/** @throws when a bundled package requires something that `require` of the banner does not find */
function expectBuiltins({ outputs }) {
  const required = Object.values(outputs).flatMap(({ imports }) =>
    imports.filter(({ kind, external }) => external && kind === 'require-call').map(({ path }) => path),
  )
  const others = required.filter((path) => !isBuiltin(path))
  if (others.length > 0) throw new Error(`the bundle cannot require ${others.join(', ')}`)
}
