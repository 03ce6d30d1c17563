// The servers of the tests, in a process of their own: while a command is timed, this one does nothing else, and reads no logs.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

/**
 * @param {import('./run.mjs').Bench} bench
 * @param {string} module below test/servers
 * @param {string} expression starts it: an object with what is to be known here, as JSON can say it, and `stop`
 * @returns {Promise<{ told: any, stop: () => Promise<void> }>}
 */
export async function startApart(bench, module, expression) {
  const bundle = join(bench.folder, `${module}.mjs`)
  const code = `import * as servers from './${module}.ts'
    const { stop, ...told } = await (async () => ${expression})()
    console.log(JSON.stringify(told))
    process.stdin.on('end', () => stop().then(() => process.exit(0))).resume()`
  buildSync({
    stdin: { contents: code, resolveDir: fileURLToPath(new URL('../test/servers', import.meta.url)), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: bundle,
  })
  const child = spawn(process.execPath, [bundle], { stdio: ['pipe', 'pipe', 'inherit'] })
  process.once('exit', () => child.kill())
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(([status]) => {
      throw new Error(`${module} ended with ${status}`)
    }),
  ])
  return {
    told: JSON.parse(line),
    async stop() {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

/** Writes a file that only this user can read. @returns its path */
export function secretFile(bench, name, secret) {
  const path = join(bench.folder, name)
  writeFileSync(path, secret, { mode: 0o600 })
  return path
}
