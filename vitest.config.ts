import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Ends of patience, for what hangs: a busy machine takes its time, and nothing waits longer than it has to.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    pool: 'forks',
    // More than this machine may have processors: most tests wait for other processes.
    maxWorkers: 4,
  },
});
