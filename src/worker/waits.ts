/** What a worker waits for, and what it does again and again; all of it ends with the work. */
import type { Cancel, Clock } from '../platform/clock.js';

export interface WaitsDeps {
  readonly clock: Pick<Clock, 'after'>;
  readonly stop: AbortSignal;
  /** Whether the work has ended for another reason than `stop`. */
  readonly isOver: () => boolean;
}

export function createWaits({ clock, stop, isOver }: WaitsDeps) {
  const cancels = new Set<Cancel>();

  /** Waits, or less: whatever ends first of the time, a minute, the stop, and the others. */
  function pause(ms: number, ...others: readonly Promise<void>[]): Promise<void> {
    return new Promise((resolve) => {
      if (stop.aborted) return resolve();
      const end = (): void => {
        cancel();
        stop.removeEventListener('abort', end);
        resolve();
      };
      const cancel = clock.after(Math.min(ms, 60_000), end);
      stop.addEventListener('abort', end, { once: true });
      for (const other of others) void other.then(end);
    });
  }

  /** Runs `what` again and again, that long after it ended, until the work ends. */
  function every(ms: () => number, what: () => unknown): void {
    const cancel = clock.after(ms(), async () => {
      cancels.delete(cancel);
      await what();
      if (!stop.aborted && !isOver()) every(ms, what);
    });
    cancels.add(cancel);
  }

  return {
    pause,
    every,
    /** Nothing is done again. */
    end(): void {
      for (const cancel of cancels) cancel();
    },
  };
}
