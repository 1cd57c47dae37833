/** Machines that wait for work: some are woken when there may be some, and all when their time is up. */
export interface Waiting {
  /** Resolves when work may have come for one of these suites in this guild, or after `ms`. */
  wait(guildId: string, digests: readonly string[], ms: number): Promise<void>;
  /** Wakes those who waited longest, a few at a time: whoever gets work wakes the next. */
  wake(guildId: string): void;
  /** From whom it learns which suites there is work for. */
  ask(digestsOf: (guildId: string) => readonly string[]): void;
  /** Sends everybody home: the process stops. */
  close(): void;
}

interface Waiter {
  readonly digests: readonly string[];
  readonly go: () => void;
}

/** Ten thousand machines that all ask for the one job that came would keep everybody else waiting. */
const AT_ONCE = 32;

export function createWaiting(after: (ms: number, run: () => void) => () => void): Waiting {
  const waiting = new Map<string, Set<Waiter>>();
  let closed = false;
  let digestsOf: (guildId: string) => readonly string[] = () => [];

  return {
    wait(guildId, digests, ms) {
      if (closed || ms <= 0) return Promise.resolve();
      return new Promise((resolve) => {
        const all = waiting.get(guildId) ?? new Set();
        waiting.set(guildId, all);
        const waiter: Waiter = {
          digests,
          go() {
            cancel();
            all.delete(waiter);
            if (all.size === 0 && waiting.get(guildId) === all) waiting.delete(guildId);
            resolve();
          },
        };
        const cancel = after(ms, waiter.go);
        all.add(waiter);
      });
    },
    ask(whom) {
      digestsOf = whom;
    },
    wake(guildId) {
      const all = waiting.get(guildId);
      if (!all) return;
      const wanted = new Set(digestsOf(guildId));
      if (wanted.size === 0) return;
      let woken = 0;
      for (const waiter of all) {
        if (woken === AT_ONCE) break;
        if (!waiter.digests.some((digest) => wanted.has(digest))) continue;
        woken += 1;
        waiter.go();
      }
    },
    close() {
      closed = true;
      for (const all of waiting.values()) for (const { go } of [...all]) go();
    },
  };
}
