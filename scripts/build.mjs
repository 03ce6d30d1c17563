#!/usr/bin/env node
// Builds dist/: the library and its types with tsc, the command line tool as one code-split bundle with esbuild.
import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)
const { engines } = JSON.parse(readFileSync('package.json', 'utf8'))
// Built aside and then swapped, so that a running unsilo never finds half of a bundle.
const fresh = `dist.${process.pid}`

await build({
  entryPoints: { unsilo: 'src/cli/main.ts' },
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
  banner: {
    // Bundled CommonJS packages call require() for Node's own modules.
    js: "#!/usr/bin/env node\nimport{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);",
  },
  logLevel: 'warning',
})
chmodSync(`${fresh}/bin/unsilo.js`, 0o755)

const compiler = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', fresh]
const { status } = spawnSync(process.execPath, compiler, { stdio: 'inherit' })
if (status === 0) {
  rmSync('dist', { recursive: true, force: true })
  renameSync(fresh, 'dist')
} else rmSync(fresh, { recursive: true, force: true })
process.exit(status ?? 1)
