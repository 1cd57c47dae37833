/** The written form → the typed form. Collects every problem instead of stopping at the first. */
import { compileActions } from './compile-actions.js';
import { compileChecks, compileGiven, compilePatterns } from './compile-parts.js';
import { compileTypes } from './compile-types.js';
import { compileCondition } from './conditions.js';
import { milliseconds } from './duration.js';
import type { Problem } from './problem.js';
import { attempt, many, type Report } from './report.js';
import type { Command, StageSource, SuiteSource } from './schema.js';
import type { Condition, Pattern, Stage, Suite } from './suite.js';

const STAGE_TIMEOUT = '1800s';

/** The suite is fit for use only when `problems` stayed empty. */
export function compileSuite(
  source: SuiteSource,
  digest: string,
  reproducers: readonly Pattern[],
  problems: Problem[],
): Suite {
  const report: Report = (path, message, more) => problems.push({ path, message, ...more });
  const types = compileTypes(source, report);
  const actions = compileActions(source, types, report);
  const exit = source.exit ?? {};
  const scope = { types, roles: [], args: new Map() };
  const when = many(exit.when).flatMap((text, i): Condition[] => {
    const found = attempt(report, ['exit', 'when', ...(Array.isArray(exit.when) ? [i] : [])], () =>
      compileCondition(text, scope),
    );
    return found ? [found] : [];
  });
  return {
    name: source.suite,
    ...(source.about ? { about: source.about } : {}),
    digest,
    source,
    types,
    actions,
    checks: compileChecks(source, types, actions, report),
    patterns: compilePatterns(source, types, actions, report),
    reproducers,
    given: compileGiven(source, types, report),
    ...(source.driver === undefined ? {} : { driver: driverOf(source.driver) }),
    environment: { pass: source.environment?.pass ?? [], set: source.environment?.set ?? {} },
    ...(source.set_up === undefined ? {} : { setUp: stageOf(source.set_up) }),
    ...(source.tear_down === undefined ? {} : { tearDown: stageOf(source.tear_down) }),
    walk: {
      length: source.walk?.length ?? 200,
      illegal: source.walk?.illegal ?? 0.05,
      faulty: source.walk?.faulty ?? 0.05,
    },
    exit: {
      ...(exit.steps === undefined ? {} : { steps: exit.steps }),
      ...(exit.minutes === undefined ? {} : { minutes: exit.minutes }),
      when,
    },
    bugs: source.bugs ?? {},
  };
}

function stageOf(stage: StageSource): Stage {
  if (typeof stage === 'string') return { run: stage, timeoutMs: milliseconds(STAGE_TIMEOUT) };
  return { run: stage.run, timeoutMs: milliseconds(stage.timeout ?? STAGE_TIMEOUT) };
}

function driverOf(driver: NonNullable<SuiteSource['driver']>): NonNullable<Suite['driver']> {
  const long = typeof driver === 'object' && 'run' in driver;
  const run: Command = long ? driver.run : (driver as Command);
  return { run, startTimeoutMs: milliseconds((long ? driver.start_timeout : undefined) ?? '30s') };
}
