import type { Cancel, Clock } from './clock.js';

/** No timer is set for longer: a machine that slept, or a clock that was set, is noticed within this. Milliseconds. */
const LONGEST_MS = 60_000;

export type Wakes = ReturnType<typeof createWakes>;

/** When each guild is to be looked at again. Only a cache: the truth is in the guilds' files. */
export function createWakes(clock: Clock, wake: (guildId: string) => void) {
  const times = new Map<string, number>();
  let cancel: Cancel | undefined;
  let setFor = Number.POSITIVE_INFINITY;
  let stopped = false;

  function arm(at: number): void {
    if (stopped || at >= setFor) return;
    cancel?.();
    setFor = at;
    cancel = clock.after(Math.min(Math.max(at - clock.now(), 0), LONGEST_MS), ring);
  }

  function ring(): void {
    setFor = Number.POSITIVE_INFINITY;
    const now = clock.now();
    const due = [...times].filter(([, at]) => at <= now).map(([guildId]) => guildId);
    for (const guildId of due) {
      times.delete(guildId);
      wake(guildId);
    }
    for (const at of times.values()) arm(at);
  }

  return {
    /** Looks at a guild at `at` (milliseconds); what was noted for it before is forgotten. */
    set(guildId: string, at: number | undefined): void {
      if (at === undefined) {
        times.delete(guildId);
        return;
      }
      times.set(guildId, at);
      arm(at);
    },
    /** The same, unless something earlier is noted. */
    sooner(guildId: string, at: number): void {
      if (at < (times.get(guildId) ?? Number.POSITIVE_INFINITY)) this.set(guildId, at);
    },
    stop(): void {
      stopped = true;
      cancel?.();
      times.clear();
    },
  };
}
