/** Searches for the ref that brought a finding, as rows: what was tried is the sightings of the bisect jobs. */
import { refuse } from '../../../community/refusal.js';
import type { Guild } from '../../../platform/guild.js';
import { once } from '../../../platform/once.js';
import type { Finding } from '../../finding.js';
import type { Bisected } from '../../herald.js';
import { type Search, searchFirstBad, type Tried } from '../../rules/bisecting.js';
import { runsToExclude } from '../../rules/standing.js';
import type { Findings } from './findings.js';
import { replayOf } from './follow.js';
import type { Jobs } from './jobs.js';

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
  /** About as many jobs as machines can take at once. */
  readonly width: () => number;
}

export type Bisections = ReturnType<typeof createBisections>;

export function createBisections({ db, transaction }: Guild, { now, jobs, findings, width }: BisectionDeps) {
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
  const onRefs = once(() =>
    db.prepare<[number], { ref: string; runs: number; hits: number }>(
      `SELECT ref, sum(runs) AS runs, sum(hits) AS hits FROM sighting WHERE finding = ? AND purpose = 'bisect' GROUP BY ref`,
    ),
  );

  function triedOn(finding: number): Map<string, LoggedRef> {
    const tried = new Map<string, LoggedRef>(
      onRefs()
        .all(finding)
        .map(({ ref, runs, hits }) => [ref, { ref, runs, hits, broken: false, trouble: undefined }]),
    );
    for (const { state, ref, trouble } of jobs.ofFinding(finding, 'bisect'))
      if (state === 'parked' && ref !== undefined && !tried.has(ref))
        tried.set(ref, { ref, runs: 0, hits: 0, broken: true, trouble });
    return tried;
  }

  function search(row: Row, finding: Finding): Search {
    const refs = JSON.parse(row.refs) as string[];
    const ways = Math.min(MOST_WAYS, Math.max(1, width()));
    return searchFirstBad(refs, triedOn(finding.id), { wanted: row.runs, ways, rate: finding.rate });
  }

  function cancelOpen(finding: number, unless: ReadonlySet<string> = new Set()): void {
    for (const job of jobs.ofFinding(finding, 'bisect')) {
      const isOpen = job.state === 'ready' || job.state === 'leased';
      if (isOpen && !(job.ref !== undefined && unless.has(job.ref))) jobs.cancel(job.id);
    }
  }

  /** Asks for the refs that are to be tried next, or ends the search. Doing it twice changes nothing. */
  function go(findingId: number): void {
    const row = latest().get(findingId);
    if (row?.state !== 'running') return;
    const finding = findings.get(findingId);
    const { state, next, firstBad, confidence } = search(row, finding);
    // Refs that are no longer between the newest good and the oldest bad one need not be tried.
    cancelOpen(findingId, new Set(next));
    const asked = new Set(
      jobs
        .ofFinding(findingId, 'bisect')
        .filter((job) => job.state === 'ready' || job.state === 'leased')
        .map(({ ref }) => ref),
    );
    for (const ref of next) {
      if (asked.has(ref)) continue;
      const spec = { ...replayOf(finding, row.runs, ref), until: finding.signature };
      jobs.add({ hunt: finding.hunt, purpose: 'bisect', finding: findingId, spec, priority: 2 });
    }
    if (state === row.state && (firstBad ?? null) === row.first_bad && (confidence ?? null) === row.confidence) return;
    update().run(state, firstBad ?? null, confidence ?? null, row.id);
    findings.revise(findingId);
  }

  return {
    /** Starts a search; one that runs is replaced. Refs are in order, oldest first. Refuses: finding_unknown, too_few_refs, too_many_refs. */
    start: transaction((findingId: number, refs: readonly string[], runs: number | undefined, by: string): void => {
      const finding = findings.get(findingId);
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

    /** The last search for this finding, with its log; undefined where there was none, or it was undone. */
    shown(findingId: number): Bisection | undefined {
      const row = latest().get(findingId);
      if (!row || row.state === 'undone') return undefined;
      const refs = JSON.parse(row.refs) as string[];
      const tried = triedOn(findingId);
      const log = refs.flatMap((ref) => tried.get(ref) ?? []);
      const { lastGood } = search(row, findings.get(findingId));
      return {
        id: row.id,
        state: row.state,
        firstBad: row.first_bad ?? undefined,
        lastGood,
        confidence: row.confidence ?? undefined,
        tested: log.length,
        refs: refs.length,
        log,
      };
    },
  };
}
