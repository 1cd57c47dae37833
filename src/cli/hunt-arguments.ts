/** The command line of `flock hunt`, checked against the suite. */
import { parseArgs } from 'node:util';
import type { HuntPlan } from '../woodpecker/run/hunt.js';
import type { Suite } from '../woodpecker/suite/suite.js';
import { STRATEGIES, type Strategy } from '../woodpecker/types.js';
import { UsageError } from './index.js';

/** Steps of a hunt whose budget neither the command line nor the suite names. */
const STEPS = 2_000;
const MOST_SEED = 0x7fff_ffff;

export interface HuntArguments {
  readonly suite: string | undefined;
  readonly json: boolean;
  /** Keep the log of every walk. */
  readonly keep: boolean;
  /** Where findings and logs go; default: hunts/SUITE-SEED in the data folder. */
  readonly out: string | undefined;
  /** What else was asked for, as it depends on the suite. */
  plan(suite: Suite, anySeed: () => number): HuntPlan;
}

/** Throws UsageError; so does `plan`, where the suite has no such pattern or bug. */
export function huntArguments(args: readonly string[]): HuntArguments {
  const { values, positionals } = parsed(args);
  if (positionals.length > 1) throw new UsageError(`hunt takes one suite, not ${positionals.length}`);
  if (values.pattern !== undefined && values.strategy !== undefined)
    throw new UsageError('--pattern and --strategy exclude each other');
  const strategy = values.strategy === undefined ? 'mix' : oneOf('--strategy', values.strategy, STRATEGIES);
  const seed = values.seed === undefined ? undefined : number('--seed', values.seed, 0, MOST_SEED);
  const steps = values.steps === undefined ? undefined : number('--steps', values.steps, 1, 1e12);
  const minutes = values.minutes === undefined ? undefined : number('--minutes', values.minutes, 0.001, 1e6, false);
  const lanes = values.lanes === undefined ? 1 : number('--lanes', values.lanes, 1, 2);

  return {
    suite: positionals[0],
    json: values.json,
    keep: values.keep,
    out: values.out,
    plan(suite, anySeed) {
      if (values.pattern !== undefined)
        oneOf(
          '--pattern',
          values.pattern,
          suite.patterns.map(({ name }) => name),
        );
      for (const bug of values.bug) oneOf('--bug', bug, Object.keys(suite.bugs));
      const how: { strategy: Strategy | 'pattern'; pattern?: string } =
        values.pattern === undefined ? { strategy } : { strategy: 'pattern', pattern: values.pattern };
      const origin = {
        suite: suite.name,
        digest: suite.digest,
        ref: values.ref,
        ...how,
        seed: seed ?? anySeed(),
        length: suite.walk.length,
        lanes: lanes === 2 ? (2 as const) : (1 as const),
      };
      const unlimited = steps === undefined && minutes === undefined && values.pattern === undefined;
      const fallback = suite.exit.steps ?? (suite.exit.minutes === undefined ? STEPS : undefined);
      return {
        origin,
        bugs: values.bug,
        steps: unlimited ? fallback : steps,
        minutes: unlimited ? suite.exit.minutes : minutes,
      };
    },
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ref: { type: 'string' },
        pattern: { type: 'string' },
        strategy: { type: 'string' },
        seed: { type: 'string' },
        steps: { type: 'string' },
        minutes: { type: 'string' },
        bug: { type: 'string', multiple: true, default: [] },
        keep: { type: 'boolean', default: false },
        lanes: { type: 'string' },
        out: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new UsageError(
    `${option} ${value}: ${allowed.length > 0 ? `it is one of ${allowed.join(', ')}` : 'the suite has none'}`,
  );
}

function number(option: string, text: string, min: number, max: number, whole = true): number {
  const value = Number(text);
  const fits = text.trim() !== '' && value >= min && value <= max && (!whole || Number.isInteger(value));
  if (!fits) throw new UsageError(`${option} ${text}: a ${whole ? 'whole ' : ''}number from ${min} to ${max}`);
  return value;
}
