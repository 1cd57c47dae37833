/** Searches for the ref that brought a finding, as rows: what was tried is the sightings of the bisect jobs. */
import { refuse } from '../../../community/refusal.js';
import type { Guild } from '../../../platform/guild.js';
import { once } from '../../../platform/once.js';
import type { Finding } from '../../finding.js';
import type { Bisected } from '../../herald.js';
import { type Search, searchFirstBad, type Tried } from '../../rules/bisecting.js';
import { type Evidence, runsToExclude } from '../../rules/standing.js';
import { lendersWho, MOST_WORDS } from '../../rules/words.js';
import type { Findings } from './findings.js';
import { replayOf } from './follow.js';
import { isOpen, type Jobs } from './jobs.js';
import type { Suites } from './suites.js';

/** Most refs of one search. */
export const MOST_REFS = 1000;
/** Most refs that are tried at once. */
const MOST_WAYS = 16;

interface Row {
  id: number;
  finding: number;
  refs: string;
  runs: number;
  state: 'running' | 'found' | 'inconclusive' | 'undone';
  first_bad: string | null;
  confidence: number | null;
}

export interface LoggedRef extends Tried {
  readonly ref: string;
  /** What was said where it is broken. */
  readonly trouble: string | undefined;
}

export interface Bisection extends Bisected {
  readonly id: number;
  /** Each ref that was tried, in order, with what came of it. */
  readonly log: readonly LoggedRef[];
}

export interface BisectionDeps {
  readonly now: () => number;
  readonly jobs: Jobs;
  readonly findings: Findings;
  readonly suites: Suites;
  /** About as many jobs as machines can take at once. */
  readonly width: () => number;
  /** Whose machines are there now. */
  readonly lenders: () => readonly string[];
}

export type Bisections = ReturnType<typeof createBisections>;

export function createBisections(
  { db, transaction }: Guild,
  { now, jobs, findings, suites, width, lenders }: BisectionDeps,
) {
  const columns = 'id, finding, refs, runs, state, first_bad, confidence';
  const latest = once(() =>
    db.prepare<[number], Row>(
      `SELECT ${columns} FROM bisection WHERE finding = ? AND state <> 'undone' ORDER BY id DESC LIMIT 1`,
    ),
  );
  const insert = once(() =>
    db.prepare<unknown[]>(
      `INSERT INTO bisection (finding, refs, runs, state, author, started_at) VALUES (?, ?, ?, 'running', ?, ?)`,
    ),
  );
  const update = once(() =>
    db.prepare<[string, string | null, number | null, number]>(
      'UPDATE bisection SET state = ?, first_bad = ?, confidence = ? WHERE id = ?',
    ),
  );
  const runningOf = once(() =>
    db.prepare<[string], Row>(
      `SELECT bisection.id, finding, refs, runs, bisection.state, first_bad, confidence FROM bisection
       JOIN finding ON finding.id = bisection.finding WHERE bisection.state = 'running' AND finding.digest = ?`,
    ),
  );
  const onRefs = once(() =>
    db.prepare<[number], Evidence & { ref: string }>(
      `SELECT ref, machine, lender, 0 AS community, runs, hits FROM sighting WHERE finding = ? AND purpose = 'bisect' ORDER BY at`,
    ),
  );

  /** By ref: who ran it, and what came of it. */
  function saidOf(finding: number): Map<string, Evidence[]> {
    const said = new Map<string, Evidence[]>();
    for (const { ref, ...one } of onRefs().all(finding)) said.set(ref, [...(said.get(ref) ?? []), one]);
    return said;
  }

  function triedOn(finding: number, said = saidOf(finding)): Map<string, LoggedRef> {
    const tried = new Map<string, LoggedRef>();
    for (const [ref, evidence] of said) {
      const runs = evidence.reduce((sum, one) => sum + one.runs, 0);
      const hits = evidence.reduce((sum, one) => sum + one.hits, 0);
      tried.set(ref, { ref, runs, hits, ...lendersWho(evidence), broken: false, trouble: undefined });
    }
    for (const { state, ref, trouble } of jobs.ofFinding(finding, 'bisect'))
      if (state === 'parked' && ref !== undefined && !tried.has(ref))
        tried.set(ref, { ref, runs: 0, hits: 0, saw: 0, missed: 0, broken: true, trouble });
    return tried;
  }

  const answeredOn = (said: ReadonlyMap<string, Evidence[]>, ref: string): Set<string> =>
    new Set(said.get(ref)?.map(({ lender }) => lender));

  function search(row: Row, finding: Finding, said = saidOf(finding.id)): Search {
    const refs = JSON.parse(row.refs) as string[];
    const ways = Math.min(MOST_WAYS, Math.max(1, width()));
    const asked = jobs.ofFinding(finding.id, 'bisect');
    const others = (ref: string): boolean => {
      const ofRef = asked.filter((job) => job.ref === ref);
      if (ofRef.some(isOpen)) return true;
      // A second lender was asked, and none could.
      if (ofRef.some(({ state }) => state === 'parked')) return false;
      const answered = answeredOn(said, ref);
      return answered.size < MOST_WORDS && lenders().some((lender) => !answered.has(lender));
    };
    return searchFirstBad(refs, triedOn(finding.id, said), { wanted: row.runs, ways, rate: finding.rate, others });
  }

  function cancelOpen(finding: number, unless: ReadonlySet<string> = new Set()): void {
    for (const job of jobs.ofFinding(finding, 'bisect')) {
      if (isOpen(job) && !(job.ref !== undefined && unless.has(job.ref))) jobs.cancel(job.id);
    }
  }

  /** Asks for the refs that are to be tried next, or ends the search. Doing it twice changes nothing. */
  function go(findingId: number): void {
    const row = latest().get(findingId);
    if (row?.state !== 'running') return;
    const finding = findings.get(findingId);
    const said = saidOf(findingId);
    const { state, next, again, firstBad, confidence } = search(row, finding, said);
    const wanted = [...next, ...again];
    // Refs that are no longer between the newest good and the oldest bad one need not be tried.
    cancelOpen(findingId, new Set(wanted));
    const asked = new Set(
      jobs
        .ofFinding(findingId, 'bisect')
        .filter(isOpen)
        .map(({ ref }) => ref),
    );
    for (const ref of wanted) {
      if (asked.has(ref)) continue;
      const spec = { ...replayOf(finding, row.runs, ref), until: finding.signature };
      const barred = again.includes(ref) ? [...answeredOn(said, ref)] : [];
      jobs.add({ hunt: finding.hunt, purpose: 'bisect', finding: findingId, spec, priority: 2, barred });
    }
    if (state === row.state && (firstBad ?? null) === row.first_bad && (confidence ?? null) === row.confidence) return;
    update().run(state, firstBad ?? null, confidence ?? null, row.id);
    findings.revise(findingId);
  }

  return {
    /** Starts a search; one that runs is replaced. Refs are in order, oldest first. Refuses: finding_unknown, suite_retired, too_few_refs, too_many_refs. */
    start: transaction((findingId: number, refs: readonly string[], runs: number | undefined, by: string): void => {
      const finding = findings.get(findingId);
      suites.mayRun(finding.digest);
      if (new Set(refs).size < 2 || new Set(refs).size < refs.length) refuse('too_few_refs');
      if (refs.length > MOST_REFS) refuse('too_many_refs', { most: MOST_REFS });
      cancelOpen(findingId);
      const known = latest().get(findingId);
      if (known?.state === 'running') update().run('undone', known.first_bad, known.confidence, known.id);
      findings.revise(findingId);
      insert().run(findingId, JSON.stringify(refs), runs ?? Math.max(3, runsToExclude(finding.rate)), by, now());
      go(findingId);
    }),
    /** Takes the last search back: what it says is no longer shown. Refuses: no_bisection. */
    undo: transaction((findingId: number): void => {
      const known = latest().get(findingId) ?? refuse('no_bisection');
      cancelOpen(findingId);
      update().run('undone', known.first_bad, known.confidence, known.id);
      findings.revise(findingId);
    }),
    go,
    /** Nothing of this version of a suite is run any more: searches that want it end with what is known. */
    endAllOf(digest: string): void {
      for (const row of runningOf().all(digest)) {
        cancelOpen(row.finding);
        update().run('inconclusive', row.first_bad, row.confidence, row.id);
        findings.revise(row.finding);
      }
    },

    /** The last search for this finding, with its log; undefined where there was none, or it was undone. */
    shown(findingId: number): Bisection | undefined {
      const row = latest().get(findingId);
      if (!row || row.state === 'undone') return undefined;
      const refs = JSON.parse(row.refs) as string[];
      const tried = triedOn(findingId);
      const log = refs.flatMap((ref) => tried.get(ref) ?? []);
      const { lastGood, doubt } = search(row, findings.get(findingId));
      return {
        id: row.id,
        state: row.state,
        firstBad: row.first_bad ?? undefined,
        lastGood,
        confidence: row.confidence ?? undefined,
        doubt: row.state === 'running' ? 'none' : doubt,
        tested: log.length,
        refs: refs.length,
        log,
      };
    },
  };
}
