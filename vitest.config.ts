import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import LongestFirst from './test/support/longest-first.ts'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['./test/support/memory-disk.ts', './test/support/own-surroundings.ts'],
    // A busy machine may take long for what usually takes a moment.
    testTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 300_000,
    sequence: { sequencer: LongestFirst },
    // Many tests wait: rsync sleeps, servers start, rates are kept. So there are more workers than cores.
    maxWorkers: availableParallelism() + 2,
    reporters: ['default', './test/count-reporter.ts'],
  },
})
