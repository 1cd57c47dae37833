import type { Database } from 'better-sqlite3';
import type { Clock } from './clock.js';
import { type Effect, type EffectKind, targetOf } from './effects.js';
import type { Json } from './json.js';
import { once } from './once.js';

/** Names a registered continuation and what it is told; it runs in the transaction that notes the delivery. */
export interface Continuation {
  readonly name: string;
  readonly arg?: Json;
}

export interface EffectOptions {
  readonly after?: Continuation;
  /** Ordering key, where the effect's own (its channel, its member, …) is not the right one. */
  readonly target?: string;
  /** Not before; milliseconds. */
  readonly due?: number;
  /** A waiting effect of the same key and kind is dropped for this one: the newest state of a live message is enough. */
  readonly replaces?: string;
}

/** What a delivery made or changed, for its continuation. */
export interface Made {
  /** The message, thread, role, channel or event. */
  readonly id: string;
  /** Where a message or thread was made; for `dm`, the direct channel. */
  readonly channel?: string;
  /** It was there before, and was taken for the one wanted. */
  readonly adopted?: true;
  /** What Discord says of it: a forum's tags with their ids, for one. */
  readonly answer: unknown;
}

/** A row to deliver. */
export interface OutboxRow {
  readonly id: number;
  readonly target: string;
  readonly effect: Effect;
  readonly after: Continuation | undefined;
  readonly nonce: string;
  /** The end of an earlier attempt is not known (the process was killed, the answer was lost): look before making anything. */
  readonly uncertain: boolean;
  readonly attempts: number;
  readonly created: number;
}

export interface ParkedRow {
  readonly id: number;
  readonly kind: EffectKind;
  readonly target: string;
  readonly attempts: number;
  readonly created: number;
  readonly error: string;
}

export interface OutboxStats {
  readonly pending: number;
  readonly parked: number;
  /** When the oldest pending effect was added. */
  readonly oldest: number | undefined;
}

interface StoredRow {
  id: number;
  target: string;
  payload: string;
  after_name: string | null;
  after_arg: string | null;
  nonce: string;
  boot: string;
  attempts: number;
  created: number;
}

const WEEK = 7 * 24 * 3_600_000;

// The first waiting effect of each target: the others of that target wait behind it.
const HEADS = `SELECT min(id) FROM outbox WHERE state = 'pending' GROUP BY target`;

export type Outbox = ReturnType<typeof createOutbox>;

/**
 * What is still to be done in Discord. `add` inside the transaction of the change that causes it; delivery takes the rest.
 * `boot` names this process; `added` is called soon after an `add`, when its transaction has ended.
 */
export function createOutbox(db: Database, clock: Clock, boot: string, added: () => void) {
  const insert = once(() =>
    db.prepare<unknown[]>(
      `INSERT INTO outbox (target, kind, payload, after_name, after_arg, replaces, nonce, boot, created, due)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
  );
  const dropReplaced = once(() =>
    db.prepare<[string, string]>(
      `DELETE FROM outbox WHERE replaces = ? AND kind = ? AND state = 'pending' AND after_name IS NULL`,
    ),
  );
  const dueHeads = once(() =>
    db.prepare<[number, number], StoredRow>(
      `SELECT id, target, payload, after_name, after_arg, nonce, boot, attempts, created
       FROM outbox WHERE id IN (${HEADS}) AND due <= ? ORDER BY id LIMIT ?`,
    ),
  );
  const nextAfter = once(() =>
    db.prepare<[number], number | null>(`SELECT min(due) FROM outbox WHERE id IN (${HEADS}) AND due > ?`).pluck(),
  );
  const nextOfAll = once(() =>
    db.prepare<[], number | null>(`SELECT min(due) FROM outbox WHERE id IN (${HEADS})`).pluck(),
  );
  const remove = once(() => db.prepare<[number]>('DELETE FROM outbox WHERE id = ?'));
  const noteMade = once(() => db.prepare<[string, string, number]>('INSERT OR IGNORE INTO made VALUES (?, ?, ?)'));
  const forget = once(() => db.prepare<[number]>('DELETE FROM made WHERE at < ?'));
  const knownMade = once(() => db.prepare<[string], number>('SELECT 1 FROM made WHERE id = ?').pluck());
  const postpone = once(() =>
    db.prepare<[number, string, number | string, number]>(
      `UPDATE outbox SET attempts = attempts + 1, due = ?, last_error = ?, boot = CASE ? WHEN 1 THEN '' ELSE boot END WHERE id = ?`,
    ),
  );
  const setParked = once(() =>
    db.prepare<[string, number]>(
      `UPDATE outbox SET attempts = attempts + 1, state = 'parked', last_error = ? WHERE id = ? AND state = 'pending'`,
    ),
  );
  const parked = once(() =>
    db.prepare<[number], ParkedRow>(
      `SELECT id, kind, target, attempts, created, coalesce(last_error, '') AS error
       FROM outbox WHERE state = 'parked' ORDER BY id LIMIT ?`,
    ),
  );
  const parkedOf = once(() =>
    db.prepare<[string], number>(`SELECT 1 FROM outbox WHERE state = 'parked' AND replaces = ? LIMIT 1`).pluck(),
  );
  const unpark = once(() =>
    db.prepare<[number, number]>(
      `UPDATE outbox SET state = 'pending', due = ?, boot = '' WHERE id = ? AND state = 'parked'`,
    ),
  );
  const dropParked = once(() =>
    db.prepare<[number], Pick<StoredRow, 'after_name' | 'after_arg'>>(
      `DELETE FROM outbox WHERE id = ? AND state = 'parked' RETURNING after_name, after_arg`,
    ),
  );
  const stats = once(() =>
    db.prepare<[], { pending: number; parked: number; oldest: number | null }>(
      `SELECT count(*) FILTER (WHERE state = 'pending') AS pending, count(*) FILTER (WHERE state = 'parked') AS parked,
              min(created) FILTER (WHERE state = 'pending') AS oldest FROM outbox`,
    ),
  );

  return {
    /** Adds an effect and returns its id. */
    add(effect: Effect, options: EffectOptions = {}): number {
      const { after, replaces } = options;
      if (replaces !== undefined) dropReplaced().run(replaces, effect.kind);
      const now = clock.now();
      const { lastInsertRowid } = insert().run(
        options.target ?? targetOf(effect),
        effect.kind,
        JSON.stringify(effect),
        after?.name ?? null,
        after?.arg === undefined ? null : JSON.stringify(after.arg),
        replaces ?? null,
        clock.newId(),
        boot,
        now,
        options.due ?? now,
      );
      // A transaction is synchronous: by the time a microtask runs, it has committed or rolled back.
      queueMicrotask(added);
      return Number(lastInsertRowid);
    },

    /** The effects that may be delivered now: at most one a target. */
    due: (limit: number): OutboxRow[] =>
      dueHeads()
        .all(clock.now(), limit)
        .map((row) => ({
          id: row.id,
          target: row.target,
          effect: JSON.parse(row.payload) as Effect,
          after: continuationOf(row),
          nonce: row.nonce,
          uncertain: row.boot !== boot,
          attempts: row.attempts,
          created: row.created,
        })),

    /** When to look again, if nothing is added before: the earliest due time that is still to come. */
    nextDue: (): number | undefined => nextAfter().get(clock.now()) ?? undefined,

    /** The earliest due time of all, past or to come. */
    earliest: (): number | undefined => nextOfAll().get() ?? undefined,

    /** The effect happened and made `made` (if anything). Call in a transaction, with the continuation. */
    done(row: Pick<OutboxRow, 'id' | 'target'>, made: string | undefined): void {
      remove().run(row.id);
      if (made !== undefined) noteMade().run(made, row.target, clock.now());
    },

    /** Did an earlier delivery make this? Then an uncertain one must look further. */
    isKnown: (madeId: string): boolean => knownMade().get(madeId) !== undefined,

    /** Tries again at `due`. `uncertain`: the attempt may have had its effect. */
    retry(id: number, due: number, error: string, uncertain: boolean): void {
      postpone().run(due, error, uncertain ? 1 : 0, id);
    },

    /** It can never succeed as things are: shown to staff, and in nobody's way. */
    park(id: number, error: string): void {
      setParked().run(error, id);
    },

    parked: (limit = 25): ParkedRow[] => parked().all(limit),
    /** Whether an effect of this `replaces` key is parked: whatever comes after it would fare no better. */
    hasParked: (replaces: string): boolean => parkedOf().get(replaces) !== undefined,
    /** Staff: try a parked effect again. Returns whether there was one. */
    retryParked(id: number): boolean {
      const found = unpark().run(clock.now(), id).changes > 0;
      if (found) queueMicrotask(added);
      return found;
    },
    /** Staff: give a parked effect up. Returns what will not follow now; undefined when there was none. */
    dropParked(id: number): { readonly after: Continuation | undefined } | undefined {
      const row = dropParked().get(id);
      return row && { after: continuationOf(row) };
    },

    stats(): OutboxStats {
      const row = stats().get();
      return { pending: row?.pending ?? 0, parked: row?.parked ?? 0, oldest: row?.oldest ?? undefined };
    },

    /** Forgets what was made more than a week ago: nothing uncertain is that old. */
    tidy: (): void => void forget().run(clock.now() - WEEK),
  };
}

function continuationOf({ after_name: name, after_arg: arg }: Pick<StoredRow, 'after_name' | 'after_arg'>) {
  return name === null ? undefined : { name, arg: arg === null ? undefined : (JSON.parse(arg) as Json) };
}
