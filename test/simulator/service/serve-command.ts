// Runs the simulated service until it is told to end, or its time is over. `serviceCommand` bundles it.
// node serve-command.mjs OPTIONS: options as JSON. The first line that it prints is the service's address.
import { readServeOptions } from './serve-options.ts'
import { startService } from './service.ts'

const { lastsSeconds, ...options } = readServeOptions(process.argv[2] ?? '{}')
const service = await startService(options)
process.stdout.write(`${service.url}\n`)
const timer = setTimeout(end, lastsSeconds * 1000)
process.on('SIGTERM', end)
process.on('SIGINT', end)

function end(): void {
  clearTimeout(timer)
  void service.stop()
}
