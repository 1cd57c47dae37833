/** Findings and who saw them, as rows. What follows from a change is `follow.ts`. */
import { refuse } from '../../../community/refusal.js';
import type { Guild } from '../../../platform/guild.js';
import { once } from '../../../platform/once.js';
import type { Failure, FailureKind } from '../../../woodpecker/types.js';
import type { Finding, FindingStatus, Shrinking } from '../../finding.js';
import type { Evidence, Standing } from '../../rules/standing.js';

interface FindingRow {
  id: number;
  suite: string;
  signature: string;
  digest: string;
  ref: string | null;
  base_ref: string | null;
  hunt: number;
  kind: FailureKind;
  action: string;
  failed_check: string | null;
  states: string;
  message: string;
  bugs: string;
  seed: number;
  trace: string;
  first_trace: string;
  shrinking: Shrinking;
  shrunk_by: string;
  standing: Standing;
  rate: number;
  status: FindingStatus;
  status_by: string | null;
  reason: string | null;
  duplicate_of: number | null;
  fixed_in: string | null;
  claimed_by: string | null;
  found_by: string;
  found_on: string;
  found_at: number;
  reopened: number;
  question: string | null;
  thread: string | null;
  message_id: string | null;
}

/** A failure that a machine reported, with the hunt's own facts beside it. */
export interface Sighted {
  readonly suite: string;
  readonly digest: string;
  readonly ref: string | undefined;
  readonly baseRef: string | undefined;
  readonly hunt: number;
  readonly bugs: readonly string[];
  readonly seed: number;
  readonly failure: Failure;
  readonly trace: readonly string[];
  readonly machine: string;
  readonly lender: string;
}

export type SightingPurpose = 'seen' | 'confirm' | 'base' | 'retest' | 'bisect';

export interface Sighting {
  readonly finding: number;
  readonly job: number;
  readonly purpose: SightingPurpose;
  readonly ref: string | undefined;
  readonly machine: string;
  readonly lender: string;
  readonly runs: number;
  readonly hits: number;
}

/** One job's runs of a finding, as its log tells them. */
export interface LoggedRun {
  readonly at: number;
  readonly alias: string;
  readonly purpose: SightingPurpose;
  readonly ref: string | null;
  readonly runs: number;
  readonly hits: number;
}

export interface FindingFilter {
  readonly status?: FindingStatus;
  readonly standing?: Standing;
  readonly suite?: string;
  /** Found in it, or met in it again. */
  readonly hunt?: number;
  readonly claimedBy?: string;
}

function findingOf(row: FindingRow): Finding {
  return {
    id: row.id,
    suite: row.suite,
    signature: row.signature,
    digest: row.digest,
    ref: row.ref ?? undefined,
    baseRef: row.base_ref ?? undefined,
    hunt: row.hunt,
    kind: row.kind,
    action: row.action,
    check: row.failed_check ?? undefined,
    states: JSON.parse(row.states) as Record<string, string>,
    message: row.message,
    bugs: JSON.parse(row.bugs) as string[],
    seed: row.seed,
    trace: JSON.parse(row.trace) as string[],
    firstTrace: JSON.parse(row.first_trace) as string[],
    shrinking: row.shrinking,
    shrunkBy: JSON.parse(row.shrunk_by) as string[],
    standing: row.standing,
    rate: row.rate,
    status: row.status,
    statusBy: row.status_by ?? undefined,
    reason: row.reason ?? undefined,
    duplicateOf: row.duplicate_of ?? undefined,
    fixedIn: row.fixed_in ?? undefined,
    claimedBy: row.claimed_by ?? undefined,
    foundBy: row.found_by,
    foundOn: row.found_on,
    foundAt: row.found_at,
    reopened: row.reopened,
    question: row.question ?? undefined,
    thread: row.thread ?? undefined,
    messageId: row.message_id ?? undefined,
  };
}

/** Milliseconds for which machines are still asked about a finding that nobody could confirm. */
const WEEK = 7 * 24 * 3_600_000;

const WHERE = `(:status IS NULL OR status = :status) AND (:standing IS NULL OR standing = :standing)
               AND (:suite IS NULL OR suite = :suite)
               AND (:hunt IS NULL OR hunt = :hunt OR id IN (SELECT finding FROM sighting WHERE sighting.hunt = :hunt AND purpose = 'seen'))
               AND (:claimedBy IS NULL OR claimed_by = :claimedBy)`;

export type Findings = ReturnType<typeof createFindings>;

export function createFindings({ db }: Guild, now: () => number) {
  const byId = once(() => db.prepare<[number], FindingRow>('SELECT * FROM finding WHERE id = ?'));
  const bySignature = once(() =>
    db.prepare<[string, string], FindingRow>('SELECT * FROM finding WHERE suite = ? AND signature = ?'),
  );
  const byThread = once(() => db.prepare<[string], FindingRow>('SELECT * FROM finding WHERE thread = ?'));
  const list = once(() =>
    db.prepare<[object], FindingRow>(
      `SELECT * FROM finding WHERE ${WHERE} ORDER BY id DESC LIMIT :limit OFFSET :offset`,
    ),
  );
  const countAll = once(() => db.prepare<[object], number>(`SELECT count(*) FROM finding WHERE ${WHERE}`).pluck());
  const insert = once(() =>
    db.prepare<unknown[]>(
      `INSERT INTO finding (suite, signature, digest, ref, base_ref, hunt, kind, action, failed_check, states, message, masked,
                            bugs, seed, trace, first_trace, shrinking, standing, status, found_by, found_on, found_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', 'seen', 'open', ?, ?, ?)`,
    ),
  );
  // Seen again after its fix: everything about it is open again, on the ref that showed it.
  const reopen = once(() =>
    db.prepare<unknown[]>(
      `UPDATE finding SET status = 'open', status_by = NULL, reason = NULL, duplicate_of = NULL, fixed_in = NULL, standing = 'seen',
              ref = ?, digest = ?, hunt = ?, reopened = reopened + 1, revision = revision + 1 WHERE id = ?`,
    ),
  );
  // A hunt that was stopped asks nobody any more: the one that met it again does.
  const adopt = once(() =>
    db.prepare<[string, number, number, string | null]>(
      `UPDATE finding SET digest = ?, hunt = ?, revision = revision + 1
       WHERE id = ? AND ref IS ? AND (SELECT state FROM hunt WHERE hunt.id = finding.hunt) = 'stopped'`,
    ),
  );
  const addSighting = once(() =>
    db.prepare<unknown[]>(
      `INSERT OR IGNORE INTO sighting (finding, job, hunt, purpose, ref, machine, lender, runs, hits, at)
       SELECT ?, id, hunt, ?, ?, ?, ?, ?, ?, ? FROM job WHERE id = ?`,
    ),
  );
  const evidence = once(() =>
    db.prepare<[number], Omit<Evidence, 'community'> & { community: 0 | 1 }>(
      `SELECT sighting.machine, sighting.lender, community, sum(runs) AS runs, sum(hits) AS hits
       FROM sighting JOIN machine ON machine.id = sighting.machine JOIN finding ON finding.id = sighting.finding
       WHERE finding = ? AND purpose IN ('seen', 'confirm') AND sighting.ref IS finding.ref
       GROUP BY sighting.machine, sighting.lender, community`,
    ),
  );
  const onRef = once(() =>
    db.prepare<[number, string, string], { runs: number; hits: number }>(
      `SELECT coalesce(sum(runs), 0) AS runs, coalesce(sum(hits), 0) AS hits FROM sighting
       WHERE finding = ? AND purpose = ? AND ref IS ?`,
    ),
  );
  const believed = once(() =>
    db.prepare<[Standing, number, number]>(
      'UPDATE finding SET standing = ?, rate = ?, revision = revision + 1 WHERE id = ?',
    ),
  );
  const setShrinking = once(() =>
    db.prepare<[Shrinking, number]>('UPDATE finding SET shrinking = ?, revision = revision + 1 WHERE id = ?'),
  );
  const setTrace = once(() =>
    db.prepare<[string, string, number]>(
      'UPDATE finding SET trace = ?, shrunk_by = ?, revision = revision + 1 WHERE id = ?',
    ),
  );
  const setStatus = once(() =>
    db.prepare<unknown[]>(
      `UPDATE finding SET status = ?, status_by = ?, reason = ?, duplicate_of = ?, fixed_in = ?, revision = revision + 1 WHERE id = ?`,
    ),
  );
  const setClaim = once(() =>
    db.prepare<[string | null, number]>('UPDATE finding SET claimed_by = ?, revision = revision + 1 WHERE id = ?'),
  );
  const reopened = once(() =>
    db.prepare<[string | null, number]>(
      `UPDATE finding SET status = 'open', status_by = ?, reason = NULL, duplicate_of = NULL, fixed_in = NULL,
              reopened = reopened + 1, revision = revision + 1 WHERE id = ?`,
    ),
  );
  const revise = once(() => db.prepare<[number]>('UPDATE finding SET revision = revision + 1 WHERE id = ?'));
  const setQuestion = once(() =>
    db.prepare<[string, number]>('UPDATE finding SET question = ?, revision = revision + 1 WHERE id = ?'),
  );
  const log = once(() =>
    db.prepare<[number], LoggedRun>(
      `SELECT sighting.at, alias, purpose, sighting.ref, runs, hits FROM sighting JOIN machine ON machine.id = sighting.machine
       WHERE finding = ? ORDER BY sighting.at, job`,
    ),
  );
  const unsettled = once(() =>
    db
      .prepare<[number], number>(
        `SELECT finding.id FROM finding JOIN hunt ON hunt.id = finding.hunt
         WHERE finding.status = 'open' AND hunt.state <> 'stopped' AND found_at > ?
           AND (standing NOT IN ('confirmed', 'pre_existing') OR shrinking IN ('waiting', 'running'))`,
      )
      .pluck(),
  );
  const posted = once(() =>
    db.prepare<[string, string, number]>('UPDATE finding SET thread = ?, message_id = ? WHERE id = ?'),
  );

  const find = (id: number): Finding | undefined => {
    const row = byId().get(id);
    return row && findingOf(row);
  };
  const filter = ({ status, standing, suite, hunt, claimedBy }: FindingFilter) => ({
    status: status ?? null,
    standing: standing ?? null,
    suite: suite ?? null,
    hunt: hunt ?? null,
    claimedBy: claimedBy ?? null,
  });

  return {
    find,
    /** Refuses: finding_unknown. */
    get: (id: number): Finding => find(id) ?? refuse('finding_unknown', { id }),
    /** The finding of a failure, if it is one. */
    of: (suite: string, signature: string): number | undefined => bySignature().get(suite, signature)?.id,
    inThread(thread: string): Finding | undefined {
      const row = byThread().get(thread);
      return row && findingOf(row);
    },
    /** Newest first. */
    list: (by: FindingFilter, limit: number, offset: number): Finding[] =>
      list()
        .all({ ...filter(by), limit, offset })
        .map(findingOf),
    count: (by: FindingFilter): number => countAll().get(filter(by)) ?? 0,

    /** The finding of a failure: the one that has its signature, or a new one. One that was fixed is opened again. */
    see(sighted: Sighted): { readonly finding: number; readonly fresh: boolean } {
      const { failure, suite, digest, hunt } = sighted;
      const ref = sighted.ref ?? null;
      const known = bySignature().get(suite, failure.signature);
      if (known) {
        if (known.status === 'fixed' && known.ref !== ref) reopen().run(ref, digest, hunt, known.id);
        else if (known.status === 'open') adopt().run(digest, hunt, known.id, ref);
        return { finding: known.id, fresh: false };
      }
      const { lastInsertRowid } = insert().run(
        ...[suite, failure.signature, digest, ref, sighted.baseRef ?? null, hunt],
        ...[
          failure.kind,
          failure.action,
          failure.check ?? null,
          JSON.stringify(failure.states),
          failure.message,
          failure.masked,
        ],
        ...[JSON.stringify(sighted.bugs), sighted.seed, JSON.stringify(sighted.trace), JSON.stringify(sighted.trace)],
        ...[sighted.lender, sighted.machine, now()],
      );
      return { finding: Number(lastInsertRowid), fresh: true };
    },

    addSighting: ({ finding, job, purpose, ref, machine, lender, runs, hits }: Sighting): void =>
      void addSighting().run(finding, purpose, ref ?? null, machine, lender, runs, hits, now(), job),
    /** By machine, on the ref that the finding stands for. */
    evidence: (id: number): Evidence[] =>
      evidence()
        .all(id)
        .map((row) => ({ ...row, community: row.community === 1 })),
    /** Runs for one purpose on one ref, over all machines. */
    onRef: (id: number, purpose: SightingPurpose, ref: string): { runs: number; hits: number } =>
      onRef().get(id, purpose, ref) ?? { runs: 0, hits: 0 },

    /** Every run that counts, in order, by the machine's public name. */
    log: (id: number): LoggedRun[] => log().all(id),

    /** Findings for which something may still be asked of machines. */
    unsettled: (): number[] => unsettled().all(now() - WEEK),

    believed: (id: number, standing: Standing, rate: number): void => void believed().run(standing, rate, id),
    setShrinking: (id: number, shrinking: Shrinking): void => void setShrinking().run(shrinking, id),
    setTrace: (id: number, trace: readonly string[], shrunkBy: readonly string[]): void =>
      void setTrace().run(JSON.stringify(trace), JSON.stringify(shrunkBy), id),
    setStatus(
      id: number,
      status: FindingStatus,
      by: string,
      more: { reason?: string; duplicateOf?: number; fixedIn?: string } = {},
    ): void {
      setStatus().run(status, by, more.reason ?? null, more.duplicateOf ?? null, more.fixedIn ?? null, id);
    },
    /** Open again, as it was believed before. */
    reopened: (id: number, by: string | undefined): void => void reopened().run(by ?? null, id),
    revise: (id: number): void => void revise().run(id),
    setClaim: (id: number, by: string | undefined): void => void setClaim().run(by ?? null, id),
    setQuestion: (id: number, thread: string): void => void setQuestion().run(thread, id),
    posted: (id: number, thread: string, message: string): void => void posted().run(thread, message, id),
  };
}
