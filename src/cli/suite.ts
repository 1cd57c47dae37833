import { lintSuite } from '../woodpecker/suite/lint.js';
import { placer } from '../woodpecker/suite/parse.js';
import { printProblem } from '../woodpecker/suite/problem.js';
import { suiteJsonSchema } from '../woodpecker/suite/schema.js';
import { EXIT } from './exit.js';
import { type CliCommand, type Terminal, UsageError } from './index.js';
import { problemsOf, suiteArgument } from './suite-argument.js';

export default {
  name: 'suite',
  usage: 'suite check DIR | suite schema',
  summary: 'check a suite, and what in it can never happen; or print the JSON Schema that editors understand',
  async run(args, terminal) {
    const [what, ...rest] = args;
    if (what === 'schema' && rest.length === 0) {
      terminal.out(JSON.stringify(suiteJsonSchema(), undefined, 2));
      return EXIT.clean;
    }
    if (what === 'check' && rest.length === 1) return check(rest[0], terminal);
    throw new UsageError('say `suite check DIR` or `suite schema`');
  },
} satisfies CliCommand;

/** Exit code 2 for a suite that cannot be used, 1 for one with doubts, 0 for one without. */
function check(path: string | undefined, terminal: Terminal): number {
  try {
    const { suite, text, file } = suiteArgument(path);
    const place = placer(text);
    const doubts = lintSuite(suite);
    for (const doubt of doubts) terminal.out(printProblem(file, place(doubt)));
    const { actions, checks, patterns, reproducers, types } = suite;
    const known = reproducers.length > 0 ? `, ${reproducers.length} reproducers` : '';
    const counts = `${types.length} resources, ${actions.length} actions, ${checks.length} checks, ${patterns.length} patterns${known}`;
    terminal.out(
      `${suite.name}: ${counts}; ${doubts.length === 0 ? 'no doubts' : `${doubts.length} doubts`}\n${suite.digest}`,
    );
    return doubts.length === 0 ? EXIT.clean : EXIT.finding;
  } catch (error) {
    const problems = problemsOf(error);
    if (problems === undefined) throw error;
    terminal.err(problems);
    return EXIT.broken;
  }
}
