import { stringify } from 'yaml';
import { derivePatterns } from '../woodpecker/patterns.js';
import { printStep } from '../woodpecker/step-text.js';
import { EXIT } from './exit.js';
import { type CliCommand, UsageError } from './index.js';
import { problemsOf, suiteArgument } from './suite-argument.js';

export default {
  name: 'patterns',
  usage: 'patterns SUITE',
  summary: 'derive patterns from a suite that cover every pair of actions on a resource; YAML to paste into the suite',
  async run(args, terminal) {
    if (args.length > 1 || args[0]?.startsWith('-')) throw new UsageError('patterns takes one suite');
    try {
      const { suite } = suiteArgument(args[0]);
      const { patterns, covered } = derivePatterns(suite);
      const written = Object.fromEntries(patterns.map(({ name, steps }) => [name, steps.map(printStep)]));
      terminal.out(stringify({ patterns: written }, { lineWidth: 0 }).trimEnd());
      const steps = patterns.reduce((sum, pattern) => sum + pattern.steps.length, 0);
      terminal.err(`${patterns.length} patterns of ${steps} steps in all cover ${covered} pairs`);
      return EXIT.clean;
    } catch (error) {
      const problems = problemsOf(error);
      if (problems === undefined) throw error;
      terminal.err(problems);
      return EXIT.broken;
    }
  },
} satisfies CliCommand;
