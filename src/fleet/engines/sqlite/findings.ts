/** Findings and who saw them, as rows. What follows from a change is `follow.ts`. */
import { refuse } from '../../../community/refusal.js';
import type { Guild } from '../../../platform/guild.js';
import { once } from '../../../platform/once.js';
import type { Failure, FailureKind } from '../../../woodpecker/types.js';
import type { Finding, FindingStatus, Shrinking } from '../../finding.js';
import type { Standing } from '../../rules/standing.js';
import { createSightings, type SeenOn } from './sightings.js';

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
  fixed_at: number | null;
  claimed_by: string | null;
  found_by: string;
  found_on: string;
  found_at: number;
  reopened: number;
  reopened_on: string | null;
  reopened_alone: 0 | 1;
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
    fixedAt: row.fixed_at ?? undefined,
    claimedBy: row.claimed_by ?? undefined,
    foundBy: row.found_by,
    foundOn: row.found_on,
    foundAt: row.found_at,
    reopened: row.reopened,
    reopenedOn: row.reopened_on ?? undefined,
    reopenedAlone: row.reopened_alone === 1,
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

export function createFindings(guild: Guild, now: () => number) {
  const { db } = guild;
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
  // Everything about it is open again, on the ref that showed it.
  const seenAgain = once(() =>
    db.prepare<unknown[]>(
      `UPDATE finding SET status = 'open', status_by = NULL, reason = NULL, duplicate_of = NULL, fixed_in = NULL, fixed_at = NULL, standing = 'seen',
              reopened_on = ?, reopened_alone = ?, ref = ?, digest = ?, hunt = ?,
              shrinking = iif(shrinking = 'given_up', 'waiting', shrinking), reopened = reopened + 1, revision = revision + 1 WHERE id = ?`,
    ),
  );
  // A hunt that was stopped asks nobody any more: the one that met it again does.
  const adopt = once(() =>
    db.prepare<[string, number, number, string | null]>(
      `UPDATE finding SET digest = ?, hunt = ?, shrinking = iif(shrinking = 'given_up', 'waiting', shrinking), revision = revision + 1
       WHERE id = ? AND ref IS ? AND (SELECT state FROM hunt WHERE hunt.id = finding.hunt) = 'stopped'`,
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
  const leave = once(() =>
    db.prepare<[number]>(
      `UPDATE finding SET shrinking = 'given_up', revision = revision + 1 WHERE hunt = ? AND shrinking IN ('waiting', 'running')`,
    ),
  );
  const setTrace = once(() =>
    db.prepare<[string, string, number]>(
      'UPDATE finding SET trace = ?, shrunk_by = ?, revision = revision + 1 WHERE id = ?',
    ),
  );
  const setStatus = once(() =>
    db.prepare<unknown[]>(
      `UPDATE finding SET status = ?, status_by = ?, reason = ?, duplicate_of = ?, fixed_in = ?, fixed_at = ?,
              revision = revision + 1 WHERE id = ?`,
    ),
  );
  const setClaim = once(() =>
    db.prepare<[string | null, number]>('UPDATE finding SET claimed_by = ?, revision = revision + 1 WHERE id = ?'),
  );
  const reopened = once(() =>
    db.prepare<[string | null, string | null, 0 | 1, number]>(
      `UPDATE finding SET status = 'open', status_by = ?, reason = NULL, duplicate_of = NULL, fixed_in = NULL, fixed_at = NULL,
              reopened_on = ?, reopened_alone = ?, reopened = reopened + 1, revision = revision + 1 WHERE id = ?`,
    ),
  );
  const revise = once(() => db.prepare<[number]>('UPDATE finding SET revision = revision + 1 WHERE id = ?'));
  const setQuestion = once(() =>
    db.prepare<[string, number]>('UPDATE finding SET question = ?, revision = revision + 1 WHERE id = ?'),
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
  const shrinking = once(() =>
    db.prepare<[], { id: number; digest: string }>(
      `SELECT finding.id, hunt.digest FROM finding JOIN hunt ON hunt.id = finding.hunt
       WHERE finding.shrinking = 'running' AND finding.status = 'open' AND hunt.state <> 'stopped'
         AND finding.standing NOT IN ('seen', 'pre_existing')
         AND hunt.digest IN (SELECT digest FROM suite WHERE approved_by IS NOT NULL AND retired_at IS NULL)
       ORDER BY hunt.priority DESC, finding.id`,
    ),
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
    ...createSightings(guild, now),
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

    /** The finding of a failure: the one that has its signature, or a new one. */
    see(sighted: Sighted): { readonly finding: number; readonly fresh: boolean } {
      const { failure, suite, digest, hunt } = sighted;
      const ref = sighted.ref ?? null;
      const known = bySignature().get(suite, failure.signature);
      if (known) {
        if (known.status === 'open') adopt().run(digest, hunt, known.id, ref);
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

    /** Findings for which something may still be asked of machines. */
    unsettled: (): number[] => unsettled().all(now() - WEEK),

    /** Findings that are being shrunk, in the order in which they are to be helped. */
    shrinking: (): { id: number; digest: string }[] => shrinking().all(),

    believed: (id: number, standing: Standing, rate: number): void => void believed().run(standing, rate, id),
    setShrinking: (id: number, shrinking: Shrinking): void => void setShrinking().run(shrinking, id),
    /** Nobody shrinks what this hunt found any more, before another hunt meets it again. */
    leave: (hunt: number): void => void leave().run(hunt),
    setTrace: (id: number, trace: readonly string[], shrunkBy: readonly string[]): void =>
      void setTrace().run(JSON.stringify(trace), JSON.stringify(shrunkBy), id),
    setStatus(
      id: number,
      status: FindingStatus,
      by: string,
      more: { reason?: string; duplicateOf?: number; fixedIn?: string } = {},
    ): void {
      const { reason, duplicateOf, fixedIn } = more;
      const fixedAt = fixedIn === undefined ? null : now();
      setStatus().run(status, by, reason ?? null, duplicateOf ?? null, fixedIn ?? null, fixedAt, id);
    },
    /** Open again, as it was believed before: by somebody's word, or because it showed on the ref that was to have fixed it. */
    reopened: (id: number, by: string | undefined, on?: { readonly ref: string; readonly alone: boolean }): void =>
      void reopened().run(by ?? null, on?.ref ?? null, on?.alone ? 1 : 0, id),
    /** Hunts met it after its fix: it is open again, and climbs anew on that ref. */
    seenAgain(id: number, { ref, hunt, digest }: SeenOn, alone: boolean): void {
      seenAgain().run(ref ?? null, alone ? 1 : 0, ref ?? null, digest, hunt, id);
    },
    revise: (id: number): void => void revise().run(id),
    setClaim: (id: number, by: string | undefined): void => void setClaim().run(by ?? null, id),
    setQuestion: (id: number, thread: string): void => void setQuestion().run(thread, id),
    posted: (id: number, thread: string, message: string): void => void posted().run(thread, message, id),
  };
}
