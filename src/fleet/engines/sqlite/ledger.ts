/** Machine time, as granted and taken back. Nothing in it is ever changed. */
import type { Guild } from '../../../platform/guild.js';
import { once } from '../../../platform/once.js';

export interface Hours {
  /** Core-milliseconds of judged jobs. */
  readonly granted: number;
  /** Of those, what was taken back again; negative. */
  readonly reversed: number;
  /** Of jobs whose verdict is still out. */
  readonly provisional: number;
  readonly jobs: number;
}

/** One row: granted for a job, or taken back. */
export interface LedgerRow {
  readonly job: number;
  readonly hunt: number;
  readonly alias: string;
  /** Core-milliseconds; negative: taken back. */
  readonly ms: number;
  readonly at: number;
}

export interface BoardRow {
  readonly lender: string;
  readonly ms: number;
  readonly found: number;
  readonly confirmed: number;
}

export type Ledger = ReturnType<typeof createLedger>;

export function createLedger({ db }: Guild, now: () => number) {
  const add = once(() =>
    db.prepare<[number, number]>(
      // Nominal: the class's median where it is known, and never more than the lease's own time. A job takes one core, however many
      // its machine says that it has.
      `INSERT OR IGNORE INTO ledger (lender, machine, job, ms, kind, at)
       SELECT job.lender, job.machine, job.id,
              cast(min(job.ended_at - job.leased_at,
                coalesce(hunt.episode_ms * coalesce(json_extract(job.spec, '$.episodes.count'), 1), job.ended_at - job.leased_at)) AS INTEGER),
              'granted', ?
       FROM job JOIN hunt ON hunt.id = job.hunt WHERE job.id = ?`,
    ),
  );
  const reverse = once(() =>
    db.prepare<[number, number]>(
      `INSERT OR IGNORE INTO ledger (lender, machine, job, ms, kind, at)
       SELECT lender, machine, job, -ms, 'reversed', ? FROM ledger WHERE job = ? AND kind = 'granted'`,
    ),
  );
  const hours = once(() =>
    db.prepare<[{ lender: string }], Hours>(
      `SELECT (SELECT coalesce(sum(ms), 0) FROM ledger WHERE lender = :lender) AS granted,
              (SELECT coalesce(sum(ms), 0) FROM ledger WHERE lender = :lender AND kind = 'reversed') AS reversed,
              (SELECT coalesce(sum(ended_at - leased_at), 0) FROM job
               WHERE job.lender = :lender AND job.judged = 'waiting') AS provisional,
              (SELECT count(*) FROM ledger WHERE lender = :lender AND kind = 'granted') AS jobs`,
    ),
  );
  const rows = once(() =>
    db.prepare<[string, number, number], LedgerRow>(
      `SELECT ledger.job, job.hunt, machine.alias, ledger.ms, ledger.at
       FROM ledger JOIN job ON job.id = ledger.job JOIN machine ON machine.id = ledger.machine
       WHERE ledger.lender = ? ORDER BY ledger.id DESC LIMIT ? OFFSET ?`,
    ),
  );
  const rowCount = once(() => db.prepare<[string], number>('SELECT count(*) FROM ledger WHERE lender = ?').pluck());
  const board = once(() =>
    db.prepare<[number, number], BoardRow>(
      `WITH found AS (SELECT found_by AS lender, count(*) AS found,
                             count(*) FILTER (WHERE standing = 'confirmed') AS confirmed
                      FROM finding WHERE status NOT IN ('duplicate', 'not_a_bug') GROUP BY found_by),
            time AS (SELECT lender, sum(ms) AS ms FROM ledger GROUP BY lender)
       SELECT lender, coalesce(ms, 0) AS ms, coalesce(found, 0) AS found, coalesce(confirmed, 0) AS confirmed
       FROM (SELECT lender FROM time UNION SELECT lender FROM found) LEFT JOIN time USING (lender) LEFT JOIN found USING (lender)
       WHERE lender NOT IN (SELECT lender FROM unlisted)
       ORDER BY ms DESC, confirmed DESC, lender LIMIT ? OFFSET ?`,
    ),
  );
  const boardCount = once(() =>
    db
      .prepare<[], number>(
        `SELECT count(*) FROM (SELECT lender FROM ledger UNION SELECT found_by FROM finding
                               WHERE status NOT IN ('duplicate', 'not_a_bug')) WHERE lender NOT IN (SELECT lender FROM unlisted)`,
      )
      .pluck(),
  );
  const isHidden = once(() => db.prepare<[string], number>('SELECT 1 FROM unlisted WHERE lender = ?').pluck());
  const hide = once(() => db.prepare<[string]>('INSERT OR IGNORE INTO unlisted (lender) VALUES (?)'));
  const show = once(() => db.prepare<[string]>('DELETE FROM unlisted WHERE lender = ?'));

  return {
    /** In the transaction that judges the job. A job is credited once, whatever is asked. */
    grant: (job: number): void => void add().run(now(), job),
    reverse: (job: number): void => void reverse().run(now(), job),
    of: (lender: string): Hours => hours().get({ lender }) ?? { granted: 0, reversed: 0, provisional: 0, jobs: 0 },
    /** Newest first. */
    rows: (lender: string, limit: number, offset: number): LedgerRow[] => rows().all(lender, limit, offset),
    rowCount: (lender: string): number => rowCount().get(lender) ?? 0,
    board: (limit: number, offset: number): BoardRow[] => board().all(limit, offset),
    boardCount: (): number => boardCount().get() ?? 0,
    isListed: (lender: string): boolean => isHidden().get(lender) === undefined,
    setListed: (lender: string, listed: boolean): void => void (listed ? show() : hide()).run(lender),
  };
}
