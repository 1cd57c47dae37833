import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests with processes and browsers take a minute or two each: begun first, they end with the others. */
const LONGEST_FIRST = ['e2e', 'worker', 'browser', 'fleet', 'suites'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST_FIRST.findIndex((folder) => moduleId.includes(`/test/${folder}/`));
      return at < 0 ? LONGEST_FIRST.length : at;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

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
    sequence: { sequencer: LongestFirst },
  },
});
