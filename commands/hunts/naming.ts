/** Suites, patterns, bugs and refs as people name them: suggested while they type, and looked up afterwards. */
import { refuse } from '../../src/community/refusal.js';
import type { Context } from '../../src/discord/context.js';
import type { Autocomplete, Suggestion } from '../../src/discord/options.js';
import { shortDigest } from '../../src/discord/views/suites.js';
import { misfitOf } from '../../src/fleet/next-steps.js';
import type { SuiteEntry } from '../../src/fleet/suite.js';
import type { Suite } from '../../src/woodpecker/suite/suite.js';

export const MOST_SUITES = 1000;
const MOST_PATTERNS = 1000;
const MOST_BUGS = 8;

export interface Approved {
  readonly entry: SuiteEntry;
  readonly suite: Suite;
}

/** Approved suites by name and version. */
export const suggestSuites: Autocomplete = (typed, { fleet }) =>
  matching(
    typed,
    fleet()
      .suites.approved()
      .map(({ name, digest }) => ({ name: `${name} · ${shortDigest(digest)}`, value: digest })),
  );

/** The version that was picked, or the newest of those whose name was typed. */
export function versionNamed(entries: readonly SuiteEntry[], named: string): SuiteEntry | undefined {
  const newest = entries.filter(({ name }) => name === named).sort((a, b) => b.addedAt - a.addedAt)[0];
  return entries.find(({ digest }) => digest === named) ?? newest;
}

/** What was picked, or a name that was typed. Refuses: suite_unknown, suite_not_approved, suite_retired. */
export function approvedSuite({ fleet, system }: Context, named: string): Approved {
  const { suites } = fleet();
  const entry = versionNamed(suites.approved(), named) ?? unapproved(suites.list(MOST_SUITES, 0), named);
  const suite = system.shelf.suite(entry.digest, () => suites.files(entry.digest)) ?? refuse('suite_unknown');
  return { entry, suite };
}

function unapproved(suites: readonly SuiteEntry[], named: string): never {
  const waiting = versionNamed(
    suites.filter(({ retiredAt }) => retiredAt === undefined),
    named,
  );
  if (waiting) refuse('suite_not_approved', { name: waiting.name });
  const retired = versionNamed(suites, named);
  return retired ? refuse('suite_retired', { name: retired.name }) : refuse('suite_unknown');
}

/** The suite that was picked or typed in another option, as far as it is approved; else all of them. */
function chosen({ fleet }: Context, wanted: unknown) {
  const all = fleet().suites.approved();
  const some = all.filter(({ digest, name }) => digest === wanted || name === wanted);
  return some.length > 0 ? { approved: some, named: some[0]?.name } : { approved: all, named: undefined };
}

/** The patterns of the approved suites, and those that were proposed and approved; of one suite, where one is named. */
export const suggestPatterns: Autocomplete = (typed, context, given) => {
  const { suites } = context.fleet();
  const { approved, named } = chosen(context, given('suite'));
  const own = approved.flatMap(({ digest, name }) => {
    const suite = context.system.shelf.suite(digest, () => suites.files(digest));
    return (suite?.patterns ?? []).map((pattern) => ({ name: `${name}: ${pattern.name}`, value: pattern.name }));
  });
  const proposed = suites
    .patterns(named, MOST_PATTERNS, 0)
    .filter(({ approvedBy }) => approvedBy !== undefined)
    .map(({ suite, name }) => ({ name: `${suite}: ${name}`, value: name }));
  return matching(typed, [...own, ...proposed]);
};

/** A pattern of the suite itself, or one that was approved, with its steps. Refuses: pattern_unknown, pattern_not_approved, pattern_misfit. */
export function patternNamed({ fleet }: Context, suite: Suite, name: string) {
  if (suite.patterns.some((pattern) => pattern.name === name)) return { strategy: 'pattern', pattern: name };
  const { steps, approvedBy } = fleet().suites.pattern(suite.name, name) ?? refuse('pattern_unknown', { name });
  if (approvedBy === undefined) refuse('pattern_not_approved', { name });
  const misfit = misfitOf(suite, steps);
  if (misfit) refuse('pattern_misfit', { name, step: misfit.step, message: misfit.message });
  return { strategy: 'pattern', pattern: name, trace: steps };
}

/** Whether steps that were once legal still are in this version. */
export const fitting = (suite: Suite) => (steps: readonly string[]) => misfitOf(suite, steps) === undefined;

/** The bugs that the approved suites can be told to have; the last of a list is completed. */
export const suggestBugs: Autocomplete = (typed, context, given) => {
  const { system } = context;
  const { suites } = context.fleet();
  const before = typed.includes(',') ? `${typed.slice(0, typed.lastIndexOf(',') + 1).trim()} ` : '';
  const last = typed.slice(typed.lastIndexOf(',') + 1).trim();
  const names = chosen(context, given('suite')).approved.flatMap(({ digest }) => {
    const suite = system.shelf.suite(digest, () => suites.files(digest));
    return Object.entries(suite?.bugs ?? {}).map(([name, about]) => ({
      name: `${before}${name} – ${about}`,
      value: `${before}${name}`,
      bug: name,
    }));
  });
  return names.filter(({ bug }) => bug.includes(last.toLowerCase())).map(({ name, value }) => ({ name, value }));
};

/** Refuses: bug_unknown. */
export function bugsOf(suite: Suite, typed: string | undefined): string[] {
  const names = [...new Set((typed ?? '').split(/[,\s]+/).filter(Boolean))].slice(0, MOST_BUGS);
  for (const name of names) if (!Object.hasOwn(suite.bugs, name)) refuse('bug_unknown', { name });
  return names;
}

/** Refuses: ref_wrong. */
export function checkedRef(ref: string): string {
  return /^[\x21-\x7e]{1,120}$/.test(ref) ? ref : refuse('ref_wrong');
}

export function matching(typed: string, all: readonly Suggestion[]): Suggestion[] {
  const wanted = typed.toLowerCase();
  return all.filter(({ name }) => name.toLowerCase().includes(wanted));
}
