/**
 * Minimising over many machines. The shrinker itself lives in the tester and is a function of the answers so far; the
 * answers are the shrink jobs' results, so after a restart it is where it was.
 */
import { createHash } from 'node:crypto';
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
  /** Whose machines are there now. */
  readonly lenders: () => readonly string[];
}

export interface ShrinkAnswer {
  readonly lender: string;
  readonly runs: number;
  readonly hits: number;
  /** Index of the step that showed it. */
  readonly at: number | undefined;
}

const UNDER_WAY: readonly Job['state'][] = ['ready', 'leased'];
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

const keyOf = (trace: readonly string[]): string =>
  createHash('sha256').update(trace.join('\n')).digest('hex').slice(0, 20);

/** Marks the jobs that try a result again, for somebody else's word. */
const AGAIN = '=';

export function createShrinks({ jobs, findings, open, width, lenders }: ShrinkDeps) {
  const sessions = new Map<number, ShrinkSession>();

  function sessionOf(finding: Finding): ShrinkSession | undefined {
    const known = sessions.get(finding.id);
    if (known) return known;
    const session = open(finding);
    if (!session) return undefined;
    for (const job of jobs.ofFinding(finding.id, 'shrink')) {
      if (job.candidate === undefined || job.candidate.startsWith(AGAIN) || job.judged === 'invalid') continue;
      if (job.state === 'parked') session.answer(job.candidate, NO_ANSWER);
      if (job.state === 'done' && job.result) session.answer(job.candidate, verdictOf(job.result, finding.signature));
    }
    if (sessions.size >= MOST_SESSIONS) sessions.clear();
    sessions.set(finding.id, session);
    return session;
  }

  function ask(finding: Finding, candidate: string, trace: readonly string[], runs: number, barred: readonly string[]) {
    const { digest, ref, seed, bugs, id, hunt, signature } = finding;
    const spec = {
      kind: 'replay' as const,
      digest,
      ...(ref === undefined ? {} : { ref }),
      trace: [...trace],
      seed,
      runs,
      until: signature,
      bugs: [...bugs],
    };
    jobs.add({ hunt, purpose: 'shrink', finding: id, candidate, spec, priority: 2, barred });
  }

  /**
   * The result is somebody's word: another lender tries it. Two who see nothing outweigh the one whose word it was: that word is
   * forgotten. Returns true when it is settled, or the job that told of what is not there.
   */
  function verified(finding: Finding, best: readonly string[], runs: number): true | Job | undefined {
    const hits = jobs.ofFinding(finding.id, 'shrink').filter(({ result, judged }) => result && judged !== 'invalid');
    const prefix = best.join('\n');
    const source = hits.findLast(
      ({ candidate, spec, result }) =>
        !candidate?.startsWith(AGAIN) &&
        result?.outcome === 'fail' &&
        spec.kind === 'replay' &&
        spec.trace.slice(0, best.length).join('\n') === prefix,
    );
    if (!source) return true;
    const key = `${AGAIN}${keyOf(best)}`;
    const tried = jobs.ofFinding(finding.id, 'shrink').filter(({ candidate }) => candidate === key);
    if (tried.some(({ result }) => result && verdictOf(result, finding.signature).hits > 0)) return true;
    const asked = [source, ...tried].flatMap(({ lender }) => (lender === undefined ? [] : [lender]));
    const left = lenders().filter((lender) => !asked.includes(lender)).length;
    const vain = tried.filter(({ state }) => state === 'done').length;
    if (tried.some(({ state }) => state === 'ready' || state === 'leased')) return undefined;
    if (vain >= 2 || (vain > 0 && left === 0)) return source;
    if (left === 0) return true;
    ask(finding, key, best, runs, asked);
    return undefined;
  }

  return {
    /** Keeps as many candidates under way as there are machines for them. Returns the jobs whose word proved wrong. */
    go(finding: Finding): readonly Job[] {
      if (finding.shrinking === 'done' || finding.shrinking === 'given_up') return [];
      const session = sessionOf(finding);
      if (!session) {
        findings.setShrinking(finding.id, 'given_up');
        return [];
      }
      if (finding.shrinking === 'waiting') findings.setShrinking(finding.id, 'running');
      const asked = jobs.candidates(finding.id);
      for (const { state, candidate } of asked)
        if (state === 'parked' && !candidate.startsWith(AGAIN)) session.answer(candidate, NO_ANSWER);
      const wanted = session.wanted(width());
      const under = asked.filter(({ state, candidate }) => UNDER_WAY.includes(state) && !candidate.startsWith(AGAIN));
      // What is no longer wanted was overtaken by a shorter sequence.
      const keys = new Set(wanted.map(({ key }) => key));
      for (const { id, candidate } of under) if (!keys.has(candidate)) jobs.cancel(id);
      if (asked.length >= BUDGET) {
        findings.setShrinking(finding.id, 'given_up');
        sessions.delete(finding.id);
        return [];
      }
      const known = new Set(under.map(({ candidate }) => candidate));
      const liars = jobs.liars(finding.id);
      for (const { key, trace, runs } of wanted) if (!known.has(key)) ask(finding, key, trace, runs, liars);
      if (wanted.length > 0) return [];

      const word = verified(finding, session.best, session.runs);
      if (word === undefined) return [];
      sessions.delete(finding.id);
      if (word === true) {
        findings.setShrinking(finding.id, 'done');
        return [];
      }
      jobs.judge(word.id, 'invalid');
      const best = sessionOf(finding)?.best ?? finding.firstTrace;
      findings.setTrace(
        finding.id,
        best,
        finding.shrunkBy.filter((lender) => lender !== word.lender),
      );
      return [word, ...this.go(findings.get(finding.id))];
    },

    /** What a machine found out about a candidate. The shortest steps that fail become the finding's own. */
    answer(finding: Finding, job: Job, { lender, runs, hits, at }: ShrinkAnswer): void {
      const session = sessionOf(finding);
      if (!session || job.candidate === undefined || job.candidate.startsWith(AGAIN)) return;
      session.answer(job.candidate, { runs, hits, at });
      if (session.best.join('\n') !== finding.trace.join('\n')) {
        const by = hits > 0 ? [...new Set([...finding.shrunkBy, lender])] : finding.shrunkBy;
        findings.setTrace(finding.id, session.best, by);
      }
    },
  };
}
