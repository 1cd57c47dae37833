/** Machines that wait for work: woken when there may be some, or when their time is up. */
export interface Waiting {
  /** Resolves when work may have come for this guild, or after `ms`. */
  wait(guildId: string, ms: number): Promise<void>;
  wake(guildId: string): void;
  /** Sends everybody home: the process stops. */
  close(): void;
}

export function createWaiting(after: (ms: number, run: () => void) => () => void): Waiting {
  const waiting = new Map<string, Set<() => void>>();
  let closed = false;

  function wake(guildId: string): void {
    const all = waiting.get(guildId);
    waiting.delete(guildId);
    for (const go of all ?? []) go();
  }

  return {
    wait(guildId, ms) {
      if (closed || ms <= 0) return Promise.resolve();
      return new Promise((resolve) => {
        const all = waiting.get(guildId) ?? new Set();
        waiting.set(guildId, all);
        const go = (): void => {
          cancel();
          all.delete(go);
          resolve();
        };
        const cancel = after(ms, go);
        all.add(go);
      });
    },
    wake,
    close() {
      closed = true;
      for (const guildId of [...waiting.keys()]) wake(guildId);
    },
  };
}
