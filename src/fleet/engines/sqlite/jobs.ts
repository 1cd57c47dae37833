/** Jobs as rows, other than their leases: what was asked, what came back, what was made of it. */
import type { Guild } from '../../../platform/guild.js';
import { once } from '../../../platform/once.js';
import type { JobResult, JobSpec } from '../../protocol.js';

export type Purpose = 'walk' | 'replica' | 'canary' | 'confirm' | 'shrink' | 'base' | 'retest' | 'bisect' | 'reproduce';
/** `doubtful`: credited, though it told of a failure that nobody could repeat. */
export type Judged = 'no' | 'waiting' | 'valid' | 'doubtful' | 'invalid';

/** What is read of a result once it was taken. The rest (coverage, texts, traces) is in the hunt and in its findings by then. */
export interface Kept {
  readonly outcome: JobResult['outcome'];
  readonly steps: number;
  readonly episodes: number;
  readonly actions: Readonly<Record<string, number>>;
  readonly sightings: readonly {
    readonly signature: string;
    readonly at: number;
    readonly hits: number;
  }[];
  readonly error?: string;
}

export const keptOf = ({ outcome, steps, episodes, coverage, sightings, error }: JobResult): Kept => ({
  outcome,
  steps,
  episodes,
  actions: coverage.actions,
  sightings: sightings.map(({ failure: { signature, at }, repeated: { hits } }) => ({ signature, at, hits })),
  error,
});

export interface Job {
  readonly id: number;
  readonly hunt: number;
  readonly purpose: Purpose;
  readonly finding: number | undefined;
  /** For a replica: the job whose result it is compared with. */
  readonly twin: number | undefined;
  /** For a shrink job: which of the shrinker's candidates. For others: what was asked in one go. */
  readonly candidate: string | undefined;
  readonly ref: string | undefined;
  readonly spec: JobSpec;
  readonly barred: readonly string[];
  readonly state: 'ready' | 'leased' | 'done' | 'cancelled' | 'parked';
  readonly machine: string | undefined;
  readonly lender: string | undefined;
  readonly leasedAt: number;
  readonly endedAt: number;
  readonly nonce: string | undefined;
  readonly result: Kept | undefined;
  /** What was said when the test itself broke on it. */
  readonly trouble: string | undefined;
  readonly judged: Judged;
  readonly madeAt: number;
}

/** Whether it waits for a machine, or is at one. */
export const isOpen = ({ state }: Pick<Job, 'state'>): boolean => state === 'ready' || state === 'leased';

export interface NewJob {
  readonly hunt: number;
  readonly purpose: Purpose;
  readonly spec: JobSpec;
  readonly priority: number;
  readonly finding?: number;
  readonly twin?: number;
  readonly candidate?: string;
  /** Lenders that must not get it. */
  readonly barred?: readonly string[];
}

/** A job that may be lent. */
export interface ReadyJob {
  readonly id: number;
  /** JSON, as it is kept. */
  readonly spec: string;
  readonly attempt: number;
}

/** One of a shrinker's candidates, as far as it got. */
export interface Tried {
  readonly id: number;
  readonly state: Job['state'];
  readonly candidate: string;
  readonly lender: string | null;
}

interface JobRow {
  id: number;
  hunt: number;
  purpose: Purpose;
  finding: number | null;
  twin: number | null;
  candidate: string | null;
  ref: string | null;
  spec: string;
  barred: string;
  state: Job['state'];
  machine: string | null;
  lender: string | null;
  leased_at: number | null;
  ended_at: number | null;
  nonce: string | null;
  result: string | null;
  trouble: string | null;
  judged: Judged;
  made_at: number;
}

const COLUMNS = `id, hunt, purpose, finding, twin, candidate, ref, spec, barred, state, machine, lender, leased_at, ended_at,
                 nonce, result, trouble, judged, made_at`;

/** Walks, or runs of a trace. */
const episodesOf = (spec: JobSpec): number => (spec.kind === 'walk' ? spec.episodes.count : spec.runs);

const jobOf = (row: JobRow): Job => ({
  id: row.id,
  hunt: row.hunt,
  purpose: row.purpose,
  finding: row.finding ?? undefined,
  twin: row.twin ?? undefined,
  candidate: row.candidate ?? undefined,
  ref: row.ref ?? undefined,
  spec: JSON.parse(row.spec) as JobSpec,
  barred: JSON.parse(row.barred) as string[],
  state: row.state,
  machine: row.machine ?? undefined,
  lender: row.lender ?? undefined,
  leasedAt: row.leased_at ?? 0,
  endedAt: row.ended_at ?? 0,
  nonce: row.nonce ?? undefined,
  result: row.result === null ? undefined : (JSON.parse(row.result) as Kept),
  trouble: row.trouble ?? undefined,
  judged: row.judged,
  madeAt: row.made_at,
});

export type Jobs = ReturnType<typeof createJobs>;

export function createJobs({ db }: Guild, now: () => number) {
  const byId = once(() => db.prepare<[number], JobRow>(`SELECT ${COLUMNS} FROM job WHERE id = ?`));
  const byLease = once(() => db.prepare<[string], JobRow>(`SELECT ${COLUMNS} FROM job WHERE lease = ?`));
  const specByLease = once(() => db.prepare<[string], string>('SELECT spec FROM job WHERE lease = ?').pluck());
  const insert = once(() =>
    db.prepare<unknown[]>(
      `INSERT INTO job (hunt, purpose, finding, twin, candidate, ref, digest, spec, episodes, priority, barred, state, made_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'ready', ?)`,
    ),
  );
  const finish = once(() =>
    db.prepare<[string, string, number, number]>(
      `UPDATE job SET state = 'done', outcome = ?, result = ?, ended_at = ?, expires_at = NULL WHERE id = ?`,
    ),
  );
  const setJudged = once(() => db.prepare<[Judged, number]>('UPDATE job SET judged = ? WHERE id = ?'));
  const ofFinding = once(() =>
    db.prepare<[number, Purpose], JobRow>(`SELECT ${COLUMNS} FROM job WHERE finding = ? AND purpose = ? ORDER BY id`),
  );
  const candidates = once(() =>
    db.prepare<[number], Tried>(
      `SELECT id, state, candidate, lender FROM job WHERE finding = ? AND purpose = 'shrink' AND candidate IS NOT NULL ORDER BY id`,
    ),
  );
  const liars = once(() =>
    db
      .prepare<[number], string>(
        `SELECT DISTINCT lender FROM job WHERE finding = ? AND purpose = 'shrink' AND judged = 'invalid' AND lender IS NOT NULL`,
      )
      .pluck(),
  );
  const replicasOf = once(() =>
    db.prepare<[number], JobRow>(`SELECT ${COLUMNS} FROM job WHERE twin = ? AND purpose = 'replica' ORDER BY id`),
  );
  const cancel = once(() =>
    db.prepare<[number, number]>(
      `UPDATE job SET state = 'cancelled', ended_at = ? WHERE id = ? AND state IN ('ready', 'leased')`,
    ),
  );
  // Jobs that reported a finding or were to confirm it, and whose verdict hangs on it.
  const reporters = once(() =>
    db.prepare<[number], JobRow>(
      `SELECT ${COLUMNS} FROM job WHERE judged = 'waiting' AND id IN (SELECT job FROM sighting WHERE finding = ? AND purpose IN ('seen', 'confirm'))`,
    ),
  );
  const alarms = once(() =>
    db.prepare<[number, string], { of: number; all: number }>(
      `SELECT count(*) FILTER (WHERE outcome = 'fail' AND judged IN ('doubtful', 'invalid')) AS of, count(*) AS "all" FROM
         (SELECT outcome, judged FROM job WHERE hunt = ? AND state = 'done' AND judged IN ('valid', 'doubtful', 'invalid')
            AND machine <> ? ORDER BY id DESC LIMIT 500)`,
    ),
  );
  const workedFor = once(() =>
    db
      .prepare<[number, string | null, string], number>(
        `SELECT 1 FROM job WHERE hunt = ? AND state = 'done' AND ref IS ? AND lender <> ? LIMIT 1`,
      )
      .pluck(),
  );
  const others = once(() =>
    db
      .prepare<[string, number], number>(
        `SELECT 1 FROM machine WHERE state = 'active' AND lender <> ? AND seen_at > ? LIMIT 1`,
      )
      .pluck(),
  );
  const unwanted = once(() =>
    db.prepare<[number], JobRow>(
      `SELECT ${COLUMNS} FROM job WHERE state = 'ready' AND (purpose IN ('replica', 'confirm', 'reproduce', 'retest', 'base') OR faults > 0 OR barred <> '[]')
         AND max(made_at, coalesce(ended_at, 0)) < ? LIMIT 200`,
    ),
  );
  const overdue = once(() =>
    db.prepare<[number], JobRow>(
      `SELECT ${COLUMNS} FROM job WHERE judged = 'waiting' AND state = 'done' AND ended_at < ? LIMIT 200`,
    ),
  );
  const waitingIn = once(() =>
    db.prepare<[number], JobRow>(`SELECT ${COLUMNS} FROM job WHERE hunt = ? AND state = 'done' AND judged = 'waiting'`),
  );
  const park = once(() =>
    db.prepare<[number, number]>(`UPDATE job SET state = 'parked', ended_at = ? WHERE id = ? AND state = 'ready'`),
  );

  const anyOpen = once(() =>
    db
      .prepare<[], number>(
        `SELECT EXISTS (SELECT 1 FROM job WHERE state = 'ready') OR EXISTS (SELECT 1 FROM job WHERE state = 'leased')`,
      )
      .pluck(),
  );

  const rows = (found: readonly JobRow[]): Job[] => found.map(jobOf);

  return {
    find(id: number): Job | undefined {
      const row = byId().get(id);
      return row && jobOf(row);
    },
    leased(lease: string): Job | undefined {
      const row = byLease().get(lease);
      return row && jobOf(row);
    },
    /** What was asked with this lease; undefined when it is nobody's any more. */
    asked(lease: string): JobSpec | undefined {
      const spec = specByLease().get(lease);
      return spec === undefined ? undefined : (JSON.parse(spec) as JobSpec);
    },
    add(job: NewJob): number {
      const { lastInsertRowid } = insert().run(
        ...[job.hunt, job.purpose, job.finding ?? null, job.twin ?? null, job.candidate ?? null, job.spec.ref ?? null],
        ...[
          job.spec.digest,
          JSON.stringify(job.spec),
          episodesOf(job.spec),
          job.priority,
          JSON.stringify(job.barred ?? []),
          now(),
        ],
      );
      return Number(lastInsertRowid);
    },
    finish: (id: number, result: JobResult): void =>
      void finish().run(result.outcome, JSON.stringify(keptOf(result)), now(), id),
    judge: (id: number, judged: Judged): void => void setJudged().run(judged, id),
    ofFinding: (finding: number, purpose: Purpose): Job[] => rows(ofFinding().all(finding, purpose)),
    /** What was tried to shrink a finding, without what came of it. */
    candidates: (finding: number): Tried[] => candidates().all(finding),
    /** Lenders who told of a shorter sequence that nobody else could repeat. */
    liars: (finding: number): string[] => liars().all(finding),
    replicasOf: (id: number): Job[] => rows(replicasOf().all(id)),
    reporters: (finding: number): Job[] => rows(reporters().all(finding)),
    /** Whether any job waits or is under way. */
    anyOpen: (): boolean => anyOpen().get() === 1,
    cancel: (id: number): void => void cancel().run(now(), id),
    /** Share of jobs, of late, in which other machines of this hunt told of a failure that nobody could repeat. */
    usualAlarms(hunt: number, machine: string): number {
      const { of, all } = alarms().get(hunt, machine) ?? { of: 0, all: 0 };
      // As if twenty more had been fine: a few jobs say little.
      return of / (all + 20);
    },
    /** Whether somebody else had a result on what this job is about: then it is the machine that breaks, not the test. */
    workedForOthers: ({ hunt, ref }: Job, lender: string): boolean =>
      workedFor().get(hunt, ref ?? null, lender) !== undefined,
    /** Whether anybody beside this lender has a machine that was heard of since `since`. */
    othersAreThere: (lender: string, since: number): boolean => others().get(lender, since) !== undefined,
    /** A job that broke, and that nobody else could take: it has had its chance. */
    park: (id: number): void => void park().run(now(), id),
    /** Jobs of a hunt that are done, and whose verdict is still out. */
    waitingIn: (hunt: number): Job[] => rows(waitingIn().all(hunt)),
    /** Jobs that were done before `before`, and whose verdict is still out. */
    overdue: (before: number): Job[] => rows(overdue().all(before)),
    /** Follow-up work that nobody could take since `before`, and work that only another lender may take. */
    unwanted: (before: number): Job[] => rows(unwanted().all(before)),
  };
}
