// Loaded before a program (node --import): writes at its end what it has used, as JSON, to the file $BENCH_USAGE.
import { writeFileSync } from 'node:fs'

const path = process.env.BENCH_USAGE
delete process.env.BENCH_USAGE
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  // Microseconds and KiB, on all systems (libuv).
  if (path !== undefined)
    writeFileSync(path, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMiB: maxRSS / 1024 }))
})
