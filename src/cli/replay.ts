import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemClock } from '../platform/clock.js';
import { packageRoot } from '../platform/paths.js';
import { createDriverPool } from '../woodpecker/drivers/driver.js';
import { createSuiteSystem } from '../woodpecker/drivers/suite-system.js';
import { parseReproducer, type Reproducer, ReproducerError } from '../woodpecker/reproducer.js';
import type { ActionLog } from '../woodpecker/run/action-log.js';
import { type Replayed, replay } from '../woodpecker/run/replay.js';
import { EXIT } from './exit.js';
import { type CliCommand, type Terminal, UsageError } from './index.js';
import { printable } from './printable.js';
import { problemsOf, suiteArgument } from './suite-argument.js';

/** Time for the step under way when the replay is stopped, ms. */
const PATIENCE_MS = 5_000;

export default {
  name: 'replay',
  usage: 'replay FILE [--suite DIR] [--ref R] [--tries N] [--json]',
  summary: 'run the steps of a finding again; exit code 1: the bug is there, 0: it is gone, 2: the test itself broke',
  async run(args, terminal, env) {
    const { values, positionals } = parsed(args);
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) throw new UsageError('replay takes one file');
    const tries = values.tries === undefined ? undefined : triesIn(values.tries);
    const pool = createDriverPool();
    try {
      const reproducer = parseReproducer(textOf(file), file);
      const { suite, folder } = suiteArgument(values.suite ?? reproducer.suite);
      if (suite.digest !== reproducer.digest && !values.json)
        terminal.err(
          `note: it was found with another version of the suite ${reproducer.suite}; its steps are tried as they stand`,
        );
      const open = () => createSuiteSystem(suite, { folder, packageRoot, caller: env.variables, pool });
      const giveUp = new AbortController();
      terminal.stop.addEventListener('abort', () => systemClock.after(PATIENCE_MS, () => giveUp.abort()), {
        once: true,
      });
      const log = values.json ? undefined : told(terminal);
      const tools = { clock: systemClock, log, stop: terminal.stop, giveUp: giveUp.signal };
      const replayed = await replay(suite, reproducer, open, tools, { ref: values.ref, tries });
      terminal.out(
        values.json
          ? JSON.stringify({ signature: reproducer.failure.signature, ...replayed })
          : printable(sentence(replayed, reproducer)),
      );
      return codeOf(replayed);
    } catch (error) {
      const problems = problemsOf(error) ?? (error instanceof ReproducerError ? error.message : undefined);
      if (problems === undefined) throw error;
      terminal.err(problems);
      return EXIT.broken;
    } finally {
      pool.clear();
    }
  },
} satisfies CliCommand;

/** The steps of the first run, as they are begun. */
function told(terminal: Terminal): ActionLog {
  let runs = 0;
  return {
    before: (line) => {
      if ('walk' in line) runs++;
      if (runs === 1 && typeof line.do === 'string') terminal.out(`  ${printable(line.do)}`);
    },
    after: () => undefined,
    end: () => undefined,
  };
}

function sentence({ verdict, runs, failure, error }: Replayed, { failure: wanted }: Reproducer): string {
  const times = `${runs} ${runs === 1 ? 'run' : 'runs'}`;
  switch (verdict) {
    case 'there':
      return `still there, after ${times}: ${failure?.message}`;
    case 'other':
      return `it fails, but otherwise than it did (${wanted.message}): ${failure?.message}`;
    case 'gone':
      return `gone: it did not come back in ${times}`;
    case 'broken':
      return `the test itself broke: ${error}`;
    case 'stopped':
      return `stopped after ${times}: nobody can tell`;
  }
}

function codeOf({ verdict }: Replayed): number {
  if (verdict === 'gone') return EXIT.clean;
  return verdict === 'there' || verdict === 'other' ? EXIT.finding : EXIT.broken;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`there is no file ${file}`);
  }
}

function triesIn(text: string): number {
  const tries = Number(text);
  if (!Number.isInteger(tries) || tries < 1 || tries > 1000)
    throw new UsageError(`--tries ${text}: a whole number from 1 to 1000`);
  return tries;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        suite: { type: 'string' },
        ref: { type: 'string' },
        tries: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
