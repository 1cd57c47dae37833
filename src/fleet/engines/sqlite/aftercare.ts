/** What people decide about a finding, and what follows: a fix is retested, guarded against, and reopened if it was none. */
import { refuse } from '../../../community/refusal.js';
import type { Guild } from '../../../platform/guild.js';
import type { Finding } from '../../finding.js';
import type { JobSpec } from '../../protocol.js';
import { runsToExclude } from '../../rules/standing.js';
import type { Findings } from './findings.js';
import { replayOf } from './follow.js';
import type { Job, Jobs } from './jobs.js';
import { guardName, type Suites } from './suites.js';
import type { Words } from './words.js';

/** Runs on a ref, at least, before anything is said about it. */
const LEAST_RUNS = 3;
/** Lenders that are asked whether it is fixed. */
const RETESTERS = 2;
/** Machines that may be asked at once to reproduce a finding. */
export const MOST_REPRODUCE = 20;

export interface AftercareDeps {
  readonly jobs: Jobs;
  readonly findings: Findings;
  readonly suites: Suites;
  readonly words: Words;
  readonly now: () => number;
  /** Whose machines are there now. */
  readonly lenders: () => readonly string[];
}

/** What was found out about a finding since it was said to be fixed. */
export interface SinceFixed {
  /** By ref, as far as it does not show there. */
  readonly says: ReadonlyMap<string | undefined, 'open' | 'passes'>;
  /** Jobs that told of a failure which others did not find there. */
  readonly lies: readonly Job[];
}

export type Aftercare = ReturnType<typeof createAftercare>;

export function createAftercare(
  { transaction }: Guild,
  { jobs, findings, suites, words, now, lenders }: AftercareDeps,
) {
  const runsOf = ({ rate }: Finding): number => Math.max(LEAST_RUNS, runsToExclude(rate));

  /** By two lenders, where there are two: one might pass whatever it is given. */
  function retest(finding: Finding, ref: string): void {
    const spec = replayOf(finding, runsOf(finding), ref);
    for (let n = 0; n < Math.max(1, Math.min(RETESTERS, lenders().length)); n++) ask(finding, 'retest', spec);
  }

  function ask(finding: Finding, purpose: 'retest' | 'reproduce', spec: JobSpec): void {
    jobs.add({ hunt: finding.hunt, purpose, finding: finding.id, spec, priority: 3, candidate: String(now()) });
  }

  return {
    /** Refuses: finding_unknown, claimed_already. Claimed by its holder again, it is let go. */
    claim: transaction((id: number, by: string): Finding => {
      const { claimedBy } = findings.get(id);
      if (claimedBy !== undefined && claimedBy !== by) refuse('claimed_already', { by: `<@${claimedBy}>` });
      findings.setClaim(id, claimedBy === by ? undefined : by);
      return findings.get(id);
    }),

    /** Refuses: finding_unknown, own_duplicate (of itself, or of one that is a duplicate of it). */
    duplicate: transaction((id: number, of: number, by: string): Finding => {
      findings.get(id);
      let original = findings.get(of);
      while (original.duplicateOf !== undefined && original.id !== id) original = findings.get(original.duplicateOf);
      if (original.id === id) refuse('own_duplicate');
      findings.setStatus(id, 'duplicate', by, { duplicateOf: original.id });
      return findings.get(id);
    }),

    /**
     * Marks it fixed in a ref, has that ref tested where its suite may still run, and keeps its steps as a pattern that every later
     * hunt runs. Refuses: finding_unknown.
     */
    fixedIn: transaction((id: number, ref: string, by: string): Finding => {
      const finding = findings.get(id);
      findings.setStatus(id, 'fixed', by, { fixedIn: ref });
      suites.guard({ suite: finding.suite, name: guardName(id), steps: finding.trace, finding: id, by });
      if (suites.find(finding.digest)?.retiredAt === undefined) retest(finding, ref);
      return findings.get(id);
    }),

    notABug: transaction((id: number, reason: string, by: string): Finding => {
      findings.get(id);
      findings.setStatus(id, 'not_a_bug', by, { reason });
      return findings.get(id);
    }),

    /** Refuses: finding_unknown, finding_open. */
    reopen: transaction((id: number, by: string): Finding => {
      if (findings.get(id).status === 'open') refuse('finding_open', { id });
      findings.reopened(id, by);
      return findings.get(id);
    }),

    /** Has its steps run on a ref. Refuses: finding_unknown, suite_retired. */
    retest: transaction((id: number, ref: string): void => {
      const finding = findings.get(id);
      suites.mayRun(finding.digest);
      retest(finding, ref);
      findings.revise(id);
    }),

    /** Has its steps run by so many machines, once by each. Refuses: finding_unknown, suite_retired. */
    reproduce: transaction((id: number, machines: number): void => {
      const finding = findings.get(id);
      suites.mayRun(finding.digest);
      for (let n = 0; n < Math.min(machines, MOST_REPRODUCE); n++) {
        const spec = replayOf(finding, runsOf(finding), finding.ref);
        ask(finding, 'reproduce', spec);
      }
    }),

    /** After a result: a fix on whose ref it still shows was none, nor one after which hunts meet it elsewhere. */
    look(id: number): SinceFixed {
      const finding = findings.get(id);
      const { status, fixedIn, fixedAt: since = 0 } = finding;
      const says = new Map<string | undefined, 'open' | 'passes'>();
      const lies: Job[] = [];
      if (status !== 'fixed' || fixedIn === undefined) return { says, lies };
      const seen = new Map(findings.seenSince(id, since).map((where) => [where.ref, where]));
      // That it shows there is no news.
      seen.delete(finding.ref);
      for (const ref of new Set([fixedIn, ...seen.keys()])) {
        const where = seen.get(ref);
        const { hunt, digest } = where ?? finding;
        const spec: JobSpec = { ...replayOf(finding, runsOf(finding), ref), digest };
        const asking = { purpose: 'retest', ref, since, seen: where !== undefined, settled: false } as const;
        const word = words.hear(finding, asking, { hunt, spec });
        lies.push(...word.lies);
        if (word.says !== 'shows') {
          says.set(ref, word.says);
          continue;
        }
        if (where) findings.seenAgain(id, where, word.alone);
        else findings.reopened(id, undefined, { ref: fixedIn, alone: word.alone });
        break;
      }
      return { says, lies };
    },
  };
}
