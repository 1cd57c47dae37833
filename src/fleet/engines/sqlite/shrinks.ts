/**
 * Minimising over many machines. The shrinker itself lives in the tester and is a function of the answers so far; the
 * answers are the shrink jobs' results, so after a restart it is where it was.
 */
import { createHash } from 'node:crypto';
import type { Finding } from '../../finding.js';
import type { Machine } from '../../machine.js';
import type { ShrinkSession } from '../../shrinking.js';
import type { Findings } from './findings.js';
import type { Job, Jobs, Kept, ReadyJob, Tried } from './jobs.js';

export interface ShrinkDeps {
  readonly jobs: Jobs;
  readonly findings: Findings;
  /** Opens a shrinker on a finding as it was first seen; undefined where the suite's text is not at hand. */
  readonly open: (finding: Finding) => ShrinkSession | undefined;
  /** How many candidates may stand ready or be under way at once: about as many as there are machines. */
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

interface Asked {
  readonly candidate: string;
  readonly trace: readonly string[];
  readonly runs: number;
  readonly barred: readonly string[];
  readonly priority: number;
}

const isUnderWay = ({ state }: { readonly state: Job['state'] }): boolean => state === 'ready' || state === 'leased';
/** Candidates that are at least so likely to be wanted are worth keeping a machine from its walks. */
const LIKELY = 0.25;
/** Most candidates that are looked at ahead, however many machines there are. */
const FARTHEST = 64;
/** Most candidates that are tried for one finding. */
const BUDGET = 2000;
/** A session that nobody asked for lately is dropped; it is made again from its answers. */
const MOST_SESSIONS = 20;
/** Findings of which it is remembered whether there is something to try. */
const MOST_LOOKED = 1000;

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
  /** Rises with whatever may give idle machines something to try; and what was found since then, by finding. */
  let changes = 0;
  const looked = new Map<number, { readonly at: number; readonly any: boolean }>();

  function sessionOf(finding: Finding): ShrinkSession | undefined {
    const known = sessions.get(finding.id);
    if (known) {
      // The one that was asked for last goes last.
      sessions.delete(finding.id);
      sessions.set(finding.id, known);
      return known;
    }
    const session = open(finding);
    if (!session) return undefined;
    for (const job of jobs.ofFinding(finding.id, 'shrink')) {
      if (job.candidate === undefined || job.candidate.startsWith(AGAIN) || job.judged === 'invalid') continue;
      if (job.state === 'parked') session.answer(job.candidate, NO_ANSWER);
      if (job.state === 'done' && job.result) session.answer(job.candidate, verdictOf(job.result, finding.signature));
    }
    for (const oldest of sessions.keys()) {
      if (sessions.size < MOST_SESSIONS) break;
      sessions.delete(oldest);
    }
    sessions.set(finding.id, session);
    return session;
  }

  function ask(finding: Finding, { candidate, trace, runs, barred, priority }: Asked): ReadyJob {
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
    changes += 1;
    const job = jobs.add({ hunt, purpose: 'shrink', finding: id, candidate, spec, priority, barred });
    return { id: job, spec: JSON.stringify(spec), attempt: 0 };
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
    const others = tried.filter(({ lender }) => lender !== source.lender);
    if (others.some(({ result }) => result && verdictOf(result, finding.signature).hits > 0)) return true;
    const asked = [source, ...tried].flatMap(({ lender }) => (lender === undefined ? [] : [lender]));
    const left = lenders().filter((lender) => !asked.includes(lender)).length;
    const vain = others.filter(({ state }) => state === 'done').length;
    if (others.some(isUnderWay)) return undefined;
    if (vain >= 2 || (vain > 0 && left === 0)) return source;
    if (left === 0) return true;
    ask(finding, { candidate: key, trace: best, runs, barred: asked, priority: 2 });
    return undefined;
  }

  /** The candidates that are likeliest to be wanted, as many as are under way and some. */
  const soonOf = (session: ShrinkSession, asked: readonly Tried[], more: number) =>
    session.wanted(Math.min(FARTHEST, asked.filter(isUnderWay).length + more));

  /** What is not wanted any more was overtaken by a shorter sequence, or by what others found out. */
  function forget(session: ShrinkSession, asked: readonly Tried[], wanted: ReadonlySet<string>): void {
    const soon = new Set(soonOf(session, asked, width()).map(({ key }) => key));
    for (const { key } of session.ends()) soon.add(`${AGAIN}${key}`);
    soon.add(`${AGAIN}${keyOf(session.best)}`);
    for (const { id, state, candidate } of asked.filter(isUnderWay)) {
      // Whoever runs it already goes on as long as it may be wanted.
      const isSpare = state === 'ready' && !candidate.startsWith(AGAIN) && !wanted.has(candidate);
      if (isSpare || !soon.has(candidate)) jobs.cancel(id);
    }
  }

  /** What an idle machine of this lender may try meanwhile: what is likeliest to be wanted, or what it will likely all end with. */
  function spareFor(finding: Finding, lender?: string): Asked | undefined {
    const session = sessionOf(finding);
    const liars = jobs.liars(finding.id);
    if (!session || (lender !== undefined && liars.includes(lender))) return undefined;
    const asked = jobs.candidates(finding.id).filter(({ state }) => state !== 'cancelled');
    const tried = new Map(asked.map((one) => [one.candidate, one]));
    const { runs } = session;
    const next = soonOf(session, asked, 1).find(({ key }) => !tried.has(key));
    const [end] = session.ends().toSorted((a, b) => b.chance - a.chance);
    // Somebody else's word will be wanted on it.
    const first = end && tried.get(end.key)?.lender;
    const again = `${AGAIN}${end?.key}`;
    if (end && first && first !== lender && !tried.has(again) && end.chance > (next?.chance ?? 0))
      return { candidate: again, trace: end.trace, runs, barred: [...liars, first], priority: 0 };
    return next && { candidate: next.key, trace: next.trace, runs, barred: liars, priority: 0 };
  }

  /** Whether there is anything for idle machines to try. Ten thousand of them ask, and each change is looked at once. */
  function anySpare(id: number): boolean {
    const last = looked.get(id);
    if (last?.at === changes) return last.any;
    const any = spareFor(findings.get(id)) !== undefined;
    if (looked.size >= MOST_LOOKED) looked.clear();
    looked.set(id, { at: changes, any });
    return any;
  }

  return {
    /** Suites of findings for which an idle machine could try something. */
    wanted(): string[] {
      const digests = new Set<string>();
      for (const { id, digest } of findings.shrinking()) if (!digests.has(digest) && anySpare(id)) digests.add(digest);
      return [...digests];
    },

    /**
     * A job for a machine that would have nothing to do: its time costs nothing, so it tries what may be wanted later, however
     * unlikely. Undefined where there is nothing to try with these suites.
     */
    spare({ lender }: Machine, digests: readonly string[]): ReadyJob | undefined {
      for (const { id, digest } of findings.shrinking()) {
        if (!digests.includes(digest) || !anySpare(id)) continue;
        const finding = findings.get(id);
        const found = spareFor(finding, lender);
        if (found) return ask(finding, found);
      }
      return undefined;
    },

    /** Keeps as many candidates under way as there are machines for them. Returns the jobs whose word proved wrong. */
    go(finding: Finding): readonly Job[] {
      if (finding.shrinking === 'done' || finding.shrinking === 'given_up') return [];
      changes += 1;
      const session = sessionOf(finding);
      if (!session) {
        findings.setShrinking(finding.id, 'given_up');
        return [];
      }
      if (finding.shrinking === 'waiting') findings.setShrinking(finding.id, 'running');
      const asked = jobs.candidates(finding.id).filter(({ state }) => state !== 'cancelled');
      for (const { state, candidate } of asked)
        if (state === 'parked' && !candidate.startsWith(AGAIN)) session.answer(candidate, NO_ANSWER);
      const wanted = session.wanted(Math.min(FARTHEST, width())).filter(({ chance }) => chance >= LIKELY);
      forget(session, asked, new Set(wanted.map(({ key }) => key)));
      if (asked.length >= BUDGET) {
        findings.setShrinking(finding.id, 'given_up');
        sessions.delete(finding.id);
        return [];
      }
      const under = new Set(asked.filter(isUnderWay).map(({ candidate }) => candidate));
      const barred = jobs.liars(finding.id);
      for (const { key, trace, runs, chance } of wanted) {
        const priority = chance < 1 ? 1 : 2;
        if (!under.has(key)) ask(finding, { candidate: key, trace, runs, barred, priority });
      }
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
      changes += 1;
      session.answer(job.candidate, { runs, hits, at });
      if (session.best.join('\n') !== finding.trace.join('\n')) {
        const by = hits > 0 ? [...new Set([...finding.shrunkBy, lender])] : finding.shrunkBy;
        findings.setTrace(finding.id, session.best, by);
      }
    },
  };
}
