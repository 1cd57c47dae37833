/** Calls the coordinator until it answers, with pauses that grow. */
import type { Clock } from '../platform/clock.js';
import { backoff } from './backoff.js';
import { Refused, Unreachable } from './client.js';
import { type Ended, endedBy } from './ended.js';

export interface PersistenceDeps {
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** Waits so long, or less: at most a minute, and until the stop. */
  readonly pause: (ms: number) => Promise<void>;
  /** What the worker cannot go on after, once it is known. */
  readonly over: () => Ended | undefined;
  /** It answered, after so many failures. */
  readonly heard: (failures: number) => void;
  readonly failed: (why: string, seconds: number) => void;
}

/** `always`: whatever it refuses. Resolves to undefined when the worker stops. Throws Ended, and refusals that no time mends. */
export type Persist = <T>(call: () => Promise<T>, always?: boolean) => Promise<T | undefined>;

/** Refusals that time may mend, whatever was asked. */
const PASSING: readonly Refused['code'][] = ['clock_off', 'replayed', 'too_many', 'unavailable'];

export function createPersistence({ clock, stop, pause, over, heard, failed }: PersistenceDeps): Persist {
  let failures = 0;

  /** By the time that passes, not by the clock on the wall, which may be set back. */
  async function rest(ms: number): Promise<void> {
    for (let left = ms; left > 0 && !stop.aborted && !over(); left -= 60_000) await pause(left);
  }

  return async (call, always = false) => {
    for (;;) {
      try {
        const answer = await call();
        heard(failures);
        failures = 0;
        return answer;
      } catch (error) {
        if (stop.aborted) return undefined;
        const why = whyOf(error, always);
        failures += 1;
        const ms = backoff(failures, clock.random());
        failed(why, Math.round(ms / 1000));
        await rest(ms);
        if (stop.aborted) return undefined;
        const ended = over();
        if (ended) throw ended;
      }
    }
  };
}

/** Throws what saying it again does not mend. */
function whyOf(error: unknown, always: boolean): string {
  if (error instanceof Unreachable) return `the coordinator is out of reach: ${error.message}`;
  if (!(error instanceof Refused)) throw error;
  const ended = endedBy(error.code);
  if (ended) throw ended;
  if (!always && !PASSING.includes(error.code)) throw error;
  return `the coordinator refuses: ${error.message}`;
}
