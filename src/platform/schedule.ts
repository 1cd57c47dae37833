import type { Database } from 'better-sqlite3';
import { Cron } from 'croner';
import type { Clock } from './clock.js';
import type { Json } from './json.js';
import { once } from './once.js';

export interface Timer {
  /** Names the timer: setting it again moves it. `question.unanswered:123`. */
  readonly key: string;
  /** Which handler. */
  readonly kind: string;
  readonly payload: Json;
  /** Milliseconds. */
  readonly due: number;
}

export interface RecurringTimer extends Omit<Timer, 'due'> {
  /** A cron pattern of five fields, in this IANA time zone; changes of daylight saving are minded. */
  readonly every: { readonly cron: string; readonly zone: string };
}

export interface DueTimer extends Timer {
  readonly every: RecurringTimer['every'] | undefined;
  readonly attempts: number;
}

export interface FailedTimer {
  readonly key: string;
  readonly kind: string;
  readonly attempts: number;
  readonly error: string;
  readonly due: number;
}

interface StoredTimer {
  key: string;
  kind: string;
  payload: string;
  due: number;
  cron: string | null;
  zone: string | null;
  attempts: number;
}

/** When a recurring timer comes next, after `from`. Throws for a pattern or zone that makes no sense, or never comes again. */
export function nextTime(every: RecurringTimer['every'], from: number): number {
  const next = new Cron(every.cron, { timezone: every.zone, mode: '5-part', paused: true }).nextRun(new Date(from));
  if (next === null) throw new Error(`the pattern "${every.cron}" never comes again`);
  return next.getTime();
}

export type Schedule = ReturnType<typeof createSchedule>;

/** A guild's timers, as rows. `changed` is called soon after one was set, when its transaction has ended. */
export function createSchedule(db: Database, clock: Clock, changed: () => void) {
  const columns = 'key, kind, payload, due, cron, zone, attempts';
  const upsert = once(() =>
    db.prepare<unknown[]>(
      `INSERT INTO schedule (key, kind, payload, due, cron, zone) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, payload = excluded.payload, due = excluded.due,
         cron = excluded.cron, zone = excluded.zone, attempts = 0, last_error = NULL`,
    ),
  );
  const remove = once(() => db.prepare<[string]>('DELETE FROM schedule WHERE key = ?'));
  const byKey = once(() => db.prepare<[string], StoredTimer>(`SELECT ${columns} FROM schedule WHERE key = ?`));
  const dueNow = once(() =>
    db.prepare<[number, number], StoredTimer>(`SELECT ${columns} FROM schedule WHERE due <= ? ORDER BY due LIMIT ?`),
  );
  const next = once(() => db.prepare<[], number | null>('SELECT min(due) FROM schedule').pluck());
  const fail = once(() =>
    db.prepare<[number, string, string]>(
      'UPDATE schedule SET attempts = attempts + 1, due = ?, last_error = ? WHERE key = ?',
    ),
  );
  const failed = once(() =>
    db.prepare<[number], FailedTimer>(
      `SELECT key, kind, attempts, last_error AS error, due FROM schedule WHERE last_error IS NOT NULL ORDER BY key LIMIT ?`,
    ),
  );

  const put = (timer: Timer, every?: RecurringTimer['every']): void => {
    const { key, kind, payload, due } = timer;
    upsert().run(key, kind, JSON.stringify(payload), due, every?.cron ?? null, every?.zone ?? null);
    queueMicrotask(changed);
  };

  return {
    /** Sets a timer, or moves the one of the same key. */
    set: (timer: Timer): void => put(timer),

    /** Sets a timer that comes again and again. Throws for a pattern or a zone that makes no sense. */
    every(timer: RecurringTimer): void {
      put({ ...timer, due: nextTime(timer.every, clock.now()) }, timer.every);
    },

    /** Returns whether there was one. */
    cancel: (key: string): boolean => remove().run(key).changes > 0,

    get(key: string): DueTimer | undefined {
      const row = byKey().get(key);
      return row && timerOf(row);
    },

    due: (limit: number): DueTimer[] => dueNow().all(clock.now(), limit).map(timerOf),
    nextDue: (): number | undefined => next().get() ?? undefined,

    /**
     * The handler is about to run, in this transaction: a recurring timer moves on (times missed are not made up for), another one goes.
     * Before the handler, so that it may set its own key again.
     */
    advance(timer: DueTimer): void {
      remove().run(timer.key);
      if (timer.every) put({ ...timer, due: nextTime(timer.every, clock.now()) }, timer.every);
    },

    /** The handler threw: tried again at `due`. */
    postpone: (key: string, due: number, error: string): void => void fail().run(due, error, key),
    failed: (limit = 25): FailedTimer[] => failed().all(limit),
  };
}

function timerOf({ cron, zone, payload, ...row }: StoredTimer): DueTimer {
  return {
    ...row,
    payload: JSON.parse(payload) as Json,
    every: cron === null || zone === null ? undefined : { cron, zone },
  };
}
