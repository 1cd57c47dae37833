/**
 * Minimising over many machines. The shrinker itself lives in the tester and is a function of the answers so far; the
 * answers are the shrink jobs' results, so after a restart it is where it was.
 */
import type { Finding } from '../../finding.js';
import type { ShrinkSession } from '../../shrinking.js';
import type { Findings } from './findings.js';
import type { Job, Jobs, Kept } from './jobs.js';

export interface ShrinkDeps {
  readonly jobs: Jobs;
  readonly findings: Findings;
  /** Opens a shrinker on a finding as it was first seen; undefined where the suite's text is not at hand. */
  readonly open: (finding: Finding) => ShrinkSession | undefined;
  /** How many candidates may be under way at once: about as many as there are machines. */
  readonly width: () => number;
}

export interface ShrinkAnswer {
  readonly lender: string;
  readonly runs: number;
  readonly hits: number;
  /** Index of the step that showed it. */
  readonly at: number | undefined;
}

/** Most candidates that are tried for one finding. */
const BUDGET = 2000;
/** A session that nobody asked for lately is dropped; it is made again from its answers. */
const MOST_SESSIONS = 20;

/** A candidate that breaks whatever machine runs it: no shorter way to the finding. */
const NO_ANSWER = { runs: 0, hits: 0 };

/** What a replay came to, for the shrinker: only failures of this signature count. */
export function verdictOf(
  { episodes, sightings }: Pick<Kept, 'episodes' | 'sightings'>,
  signature: string,
): { runs: number; hits: number; at: number | undefined } {
  const same = sightings.filter((sighting) => sighting.signature === signature);
  const hits = same.reduce((sum, sighting) => sum + sighting.hits, 0);
  return { runs: episodes, hits, at: same[0]?.at };
}

export type Shrinks = ReturnType<typeof createShrinks>;

export function createShrinks({ jobs, findings, open, width }: ShrinkDeps) {
  const sessions = new Map<number, ShrinkSession>();

  function sessionOf(finding: Finding): ShrinkSession | undefined {
    const known = sessions.get(finding.id);
    if (known) return known;
    const session = open(finding);
    if (!session) return undefined;
    for (const job of jobs.ofFinding(finding.id, 'shrink')) {
      if (job.candidate === undefined) continue;
      if (job.state === 'parked') session.answer(job.candidate, NO_ANSWER);
      if (job.state === 'done' && job.result) session.answer(job.candidate, verdictOf(job.result, finding.signature));
    }
    if (sessions.size >= MOST_SESSIONS) sessions.clear();
    sessions.set(finding.id, session);
    return session;
  }

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
      for (const { state, candidate } of asked)
        if (state === 'parked' && candidate !== undefined) session.answer(candidate, NO_ANSWER);
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
      for (const { key, trace, runs } of wanted) {
        if (known.has(key)) continue;
        const { digest, ref, seed, bugs, id, hunt, signature } = finding;
        const spec = {
          kind: 'replay' as const,
          digest,
          ...(ref === undefined ? {} : { ref }),
          trace: [...trace],
          seed,
        };
        const full = { ...spec, runs, until: signature, bugs: [...bugs] };
        jobs.add({ hunt, purpose: 'shrink', finding: id, candidate: key, spec: full, priority: 2 });
      }
    },

    /** What a machine found out about a candidate. The shortest steps that fail become the finding's own. */
    answer(finding: Finding, job: Job, { lender, runs, hits, at }: ShrinkAnswer): void {
      const session = sessionOf(finding);
      if (!session || job.candidate === undefined) return;
      session.answer(job.candidate, { runs, hits, at });
      if (session.best.length < finding.trace.length || session.best.join('\n') !== finding.trace.join('\n')) {
        const by = hits > 0 ? [...new Set([...finding.shrunkBy, lender])] : finding.shrunkBy;
        findings.setTrace(finding.id, session.best, by);
      }
    },
  };
}
