#!/usr/bin/env node
// Builds dist/: the library and its types with tsc, the command line tool as one code-split bundle with esbuild.
import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)
const { engines } = JSON.parse(readFileSync('package.json', 'utf8'))
rmSync('dist', { recursive: true, force: true })

await build({
  entryPoints: { unsilo: 'src/cli/main.ts' },
  outdir: 'dist/bin',
  bundle: true,
  splitting: true,
  minify: true,
  keepNames: false,
  format: 'esm',
  platform: 'node',
  target: `node${/\d+(\.\d+)?/.exec(engines.node)[0]}`,
  chunkNames: 'chunk-[hash]',
  banner: {
    // Bundled CommonJS packages call require() for Node's own modules.
    js: "#!/usr/bin/env node\nimport{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);",
  },
  logLevel: 'warning',
})
chmodSync('dist/bin/unsilo.js', 0o755)

const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
})
process.exit(status ?? 1)
