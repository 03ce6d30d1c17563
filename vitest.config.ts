import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['./test/support/memory-disk.ts', './test/support/own-surroundings.ts'],
    testTimeout: 120_000,
    // A busy machine may take long for what usually takes a moment.
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 120_000,
    // Most tests wait for commands and the disk; one worker, the default on two cores, would leave a core idle.
    maxWorkers: 2,
    reporters: ['default', './test/count-reporter.ts'],
  },
})
