import { randomInt } from 'node:crypto';
import { join, relative } from 'node:path';
import { systemClock } from '../platform/clock.js';
import { packageRoot } from '../platform/paths.js';
import { createDriverPool } from '../woodpecker/drivers/driver.js';
import { createSuiteSystem } from '../woodpecker/drivers/suite-system.js';
import { hunt } from '../woodpecker/run/hunt.js';
import type { HuntEvent, HuntReport } from '../woodpecker/run/hunt-events.js';
import { keepIn } from '../woodpecker/run/keeper.js';
import { HarnessError } from '../woodpecker/types.js';
import { EXIT } from './exit.js';
import { huntArguments } from './hunt-arguments.js';
import { huntView } from './hunt-view.js';
import type { CliCommand } from './index.js';
import { problemsOf, suiteArgument } from './suite-argument.js';

export default {
  name: 'hunt',
  usage:
    'hunt SUITE [--ref R] [--pattern P | --strategy S] [--seed N] [--steps N] [--minutes M] [--bug NAME] [--keep] [--lanes N] [--out DIR] [--json]',
  summary: 'test a system by walks over its suite; exit code 0: no finding, 1: a finding, 2: the test itself broke',
  async run(args, terminal, env) {
    const asked = huntArguments(args);
    const pool = createDriverPool();
    try {
      const { suite, folder, ships } = suiteArgument(asked.suite);
      const plan = asked.plan(suite, () => randomInt(1_000_000));
      const out = asked.out ?? join(env.dataDir, 'hunts', `${suite.name}-${plan.origin.seed}`);
      const keeper = keepIn({ folder: out, everything: asked.keep });
      const view = huntView(terminal, systemClock.now, ({ signature }) => {
        const file = relative('.', join(out, 'findings', `${signature}.yaml`));
        return ships ? file : `${file} --suite ${relative('.', folder) || '.'}`;
      });
      const tell = asked.json ? (event: HuntEvent) => terminal.out(JSON.stringify(event)) : view.show;
      const hint = 'stopping: the step under way has a few seconds, then all is torn down; Ctrl-C again ends at once';
      terminal.stop.addEventListener('abort', () => terminal.err(hint), { once: true });
      const onLog = (message: string) => keeper.log.after({ driver: message });
      const open = () => createSuiteSystem(suite, { folder, packageRoot, caller: env.variables, onLog, pool });
      return exitCode(await hunt(plan, { suite, clock: systemClock, open, keeper, tell, stop: terminal.stop }));
    } catch (error) {
      const problems = problemsOf(error) ?? (error instanceof HarnessError ? error.message : undefined);
      if (problems === undefined) throw error;
      terminal.err(problems);
      return EXIT.broken;
    } finally {
      pool.clear();
    }
  },
} satisfies CliCommand;

/** An oracle that is blind outweighs what it still found: the hunt as a whole is not to be believed. */
function exitCode({ outcome, ended }: HuntReport): number {
  if (ended === 'blind') return EXIT.broken;
  return outcome === 'pass' ? EXIT.clean : outcome === 'fail' ? EXIT.finding : EXIT.broken;
}
