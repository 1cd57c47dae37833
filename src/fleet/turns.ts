/**
 * Operations of many callers in one transaction: one wait for the disk, however many called meanwhile. Each is a
 * savepoint of its own, and nobody is answered before all of it is on the disk.
 */
import type { Guild } from '../platform/guild.js';

/** Operations of one transaction: whoever else uses this process waits no longer than these take. */
const MOST = 64;

interface Waiting {
  readonly lasting: boolean;
  /** Runs it; returns how to tell its caller, once it is durable. */
  readonly run: (guild: Guild) => () => void;
  readonly fail: (error: unknown) => void;
}

/** The transaction was rolled back as a whole under one of its operations: the disk is full, or fails. */
class RolledBack extends Error {
  override readonly name = 'RolledBack';
}

/**
 * `lasting`: its answer promises that it survives a power cut. What a machine says again within a minute need not: it survives
 * the end of this process all the same, and nobody waits for the disk.
 */
export type Turn = <T>(lasting: boolean, run: (guild: Guild) => T) => Promise<T>;

/**
 * `open`: the guild's file, opened anew each time, as another's opening may have closed it. `settled`: when all that was
 * committed to it is on the disk. `onUndone`: nothing of a turn happened, whatever was thought meanwhile.
 */
export function createTurns(
  open: () => Guild,
  settled: (guild: Guild) => Promise<void> | undefined,
  onUndone: (guild: Guild) => void,
): Turn {
  let queue: Waiting[] = [];

  function runAll(guild: Guild, turn: readonly Waiting[], lasting: boolean): (() => void)[] {
    const one = guild.transaction((run: Waiting['run']) => run(guild));
    const whole = lasting ? guild.transaction : guild.unhurriedTransaction;
    return whole(() =>
      turn.map(({ run, fail }) => {
        try {
          return one(run);
        } catch (error) {
          if (!guild.db.inTransaction) throw error instanceof Error ? error : new RolledBack(String(error));
          return () => fail(error);
        }
      }),
    )();
  }

  function next(): void {
    const turn = queue.slice(0, MOST);
    queue = queue.slice(MOST);
    if (queue.length > 0) setImmediate(next);
    let guild: Guild | undefined;
    const fail = (error: unknown) => {
      for (const one of turn) one.fail(error);
    };
    try {
      guild = open();
      const lasting = turn.some((one) => one.lasting);
      const answers = runAll(guild, turn, lasting);
      const tell = () => {
        for (const answer of answers) answer();
      };
      const durable = lasting ? settled(guild) : undefined;
      if (durable) durable.then(tell, fail);
      else tell();
    } catch (error) {
      if (guild) onUndone(guild);
      fail(error);
    }
  }

  return (lasting, run) =>
    new Promise((resolve, reject) => {
      queue.push({
        lasting,
        run(guild) {
          const value = run(guild);
          return () => resolve(value);
        },
        fail: reject,
      });
      if (queue.length === 1) setImmediate(next);
    });
}
