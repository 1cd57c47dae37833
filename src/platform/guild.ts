import type { Database } from 'better-sqlite3';
import type { Clock } from './clock.js';
import { explain } from './guild-unavailable.js';
import { createOutbox, type Outbox } from './outbox.js';
import { createSchedule, type Schedule } from './schedule.js';

/** One guild's state: its file, and what waits in it. Rules are functions on this. */
export interface Guild {
  readonly id: string;
  readonly file: string;
  readonly db: Database;
  readonly outbox: Outbox;
  readonly schedule: Schedule;
  /**
   * Wraps an operation in one write transaction (in a savepoint, inside another). A throw rolls back.
   * Trouble with the file or the disk becomes GuildUnavailable. It is on its way to the disk then: see durability.ts.
   */
  transaction<A extends unknown[], R>(run: (...args: A) => R): (...args: A) => R;
  /**
   * The same for what is found out again if it is lost: the disk is not waited for. A kill of the process loses nothing of
   * it, a power cut may lose it, together with what came later and was not waited for either. Where it adds an effect it
   * is as a transaction: nothing of it goes out before.
   */
  unhurriedTransaction<A extends unknown[], R>(run: (...args: A) => R): (...args: A) => R;
}

export interface GuildDeps {
  readonly id: string;
  readonly file: string;
  readonly folder: string;
  readonly db: Database;
  readonly clock: Clock;
  readonly boot: string;
  readonly onEffect: () => void;
  readonly onTimer: () => void;
  /** Told of trouble with the file, before it is thrown. */
  readonly onTrouble: (error: unknown) => void;
  /** A transaction begins whose commit somebody may wait for. */
  readonly onBegin: () => void;
  /** A transaction was committed; `hurried`: somebody waits for it to be on the disk. */
  readonly onCommit: (hurried: boolean) => void;
}

export function createGuild(deps: GuildDeps): Guild {
  const { id, file, folder, db, clock, boot } = deps;
  const outbox = createOutbox(db, clock, boot, deps.onEffect);
  /** The transaction under way has effects, which leave as soon as it is over. */
  let leaves = false;

  const wrap =
    (hurried: boolean): Guild['transaction'] =>
    (run) => {
      const { immediate } = db.transaction(run);
      return (...args) => {
        try {
          deps.onBegin();
          const result = immediate(...args);
          if (!db.inTransaction) deps.onCommit(hurried || leaves);
          return result;
        } catch (error) {
          const explained = explain(error, id, file, folder);
          if (explained !== error) deps.onTrouble(explained);
          throw explained;
        } finally {
          if (!db.inTransaction) leaves = false;
        }
      };
    };

  return {
    id,
    file,
    db,
    outbox: {
      ...outbox,
      add(...effect) {
        leaves = true;
        return outbox.add(...effect);
      },
    },
    schedule: createSchedule(db, clock, deps.onTimer),
    transaction: wrap(true),
    unhurriedTransaction: wrap(false),
  };
}
