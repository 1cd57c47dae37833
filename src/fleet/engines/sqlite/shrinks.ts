/**
 * Minimising over many machines. The shrinker itself lives in the tester and is a function of the answers so far; the
 * answers are the shrink jobs' results, so after a restart it is where it was.
 */
import type { Finding } from '../../finding.js';
import { runsToExclude } from '../../rules/standing.js';
import type { Findings } from './findings.js';
import type { Job, Jobs } from './jobs.js';

export interface Candidate {
  /** Equal for equal steps. */
  readonly key: string;
  readonly trace: readonly string[];
}

/** A shrinker at work on one finding. */
export interface ShrinkSession {
  /** Up to `most` sequences whose answer is wanted now, the most promising first; none when it is done. */
  wanted(most: number): readonly Candidate[];
  answer(key: string, fails: boolean): void;
  readonly best: readonly string[];
}

export interface ShrinkDeps {
  readonly jobs: Jobs;
  readonly findings: Findings;
  /** Opens a shrinker on these steps of this suite; undefined where the suite's text is not at hand. */
  readonly open: (digest: string, trace: readonly string[]) => ShrinkSession | undefined;
  /** How many candidates may be under way at once: about as many as there are machines. */
  readonly width: () => number;
}

export interface ShrinkAnswer {
  readonly lender: string;
  readonly runs: number;
  readonly hits: number;
}

/** Most candidates that are tried for one finding. */
const BUDGET = 2000;
/** A session that nobody asked for lately is dropped; it is made again from its answers. */
const MOST_SESSIONS = 20;

export type Shrinks = ReturnType<typeof createShrinks>;

export function createShrinks({ jobs, findings, open, width }: ShrinkDeps) {
  const sessions = new Map<number, ShrinkSession>();

  function sessionOf(finding: Finding): ShrinkSession | undefined {
    const known = sessions.get(finding.id);
    if (known) return known;
    const session = open(finding.digest, finding.firstTrace);
    if (!session) return undefined;
    for (const job of jobs.ofFinding(finding.id, 'shrink')) {
      if (job.state === 'done' && job.candidate !== undefined && job.result)
        session.answer(
          job.candidate,
          job.result.sightings.some(({ failure }) => failure.signature === finding.signature),
        );
    }
    if (sessions.size >= MOST_SESSIONS) sessions.clear();
    sessions.set(finding.id, session);
    return session;
  }

  /** Runs that make it unlikely that a candidate which shows the failure is thrown away. */
  const runsFor = (finding: Finding): number => (finding.rate >= 1 ? 1 : runsToExclude(finding.rate));

  return {
    /** Keeps as many candidates under way as there are machines for them. */
    go(finding: Finding): void {
      if (finding.shrinking === 'done' || finding.shrinking === 'given_up') return;
      const session = sessionOf(finding);
      if (!session) {
        findings.setShrinking(finding.id, 'given_up');
        return;
      }
      if (finding.shrinking === 'waiting') findings.setShrinking(finding.id, 'running');
      const asked = jobs.ofFinding(finding.id, 'shrink');
      const known = new Set(asked.map(({ candidate }) => candidate));
      const underWay = asked.filter(({ state }) => state === 'ready' || state === 'leased');
      const wanted = session.wanted(width());
      // What is no longer wanted was overtaken by a shorter sequence.
      const keys = new Set(wanted.map(({ key }) => key));
      for (const job of underWay) if (job.candidate !== undefined && !keys.has(job.candidate)) jobs.cancel(job.id);
      if (wanted.length === 0 || asked.length >= BUDGET) {
        findings.setShrinking(finding.id, wanted.length === 0 ? 'done' : 'given_up');
        sessions.delete(finding.id);
        return;
      }
      for (const { key, trace } of wanted) {
        if (known.has(key)) continue;
        const { digest, ref, seed, bugs, id, hunt, signature } = finding;
        const spec = {
          kind: 'replay' as const,
          digest,
          ...(ref === undefined ? {} : { ref }),
          trace: [...trace],
          seed,
        };
        const runs = runsFor(finding);
        const full = { ...spec, runs, until: signature, bugs: [...bugs] };
        jobs.add({ hunt, purpose: 'shrink', finding: id, candidate: key, spec: full, priority: 2 });
      }
    },

    /** What a machine found out about a candidate. The shortest steps that fail become the finding's own. */
    answer(finding: Finding, job: Job, { lender, hits }: ShrinkAnswer): void {
      const session = sessionOf(finding);
      if (!session || job.candidate === undefined) return;
      session.answer(job.candidate, hits > 0);
      if (session.best.length < finding.trace.length || session.best.join('\n') !== finding.trace.join('\n')) {
        const by = hits > 0 ? [...new Set([...finding.shrunkBy, lender])] : finding.shrunkBy;
        findings.setTrace(finding.id, session.best, by);
      }
    },
  };
}
