import type { Cancel, Clock } from './clock.js';
import { createDepartures } from './departures.js';
import type { GuildStore } from './guild-store.js';
import { GuildUnavailable } from './guild-unavailable.js';
import type { Log } from './log.js';
import { type Outlook, survey } from './survey.js';

export interface CaretakerDeps {
  readonly guilds: GuildStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Is the bot in this guild now? An outage of Discord's does not count as having left. */
  readonly present: (guildId: string) => boolean;
  /** Who wants to know when a guild's next effect, and its next timer, are due. */
  readonly delivery: { expect(guildId: string, at: number): void };
  readonly timers: { expect(guildId: string, at: number): void };
}

const TICK_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

export type Caretaker = ReturnType<typeof createCaretaker>;

/** Looks through all guilds' files after the start and once a day: what waits in them is taken up, what is too old is put away. */
export function createCaretaker({ guilds, clock, log, present, delivery, timers }: CaretakerDeps) {
  const departures = createDepartures(guilds, clock);
  const stopping = new AbortController();
  let cancel: Cancel | undefined;
  let looked = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> = Promise.resolve();

  function tend(guildId: string, { effect, timer, leftAt }: Outlook): void {
    if (!present(guildId)) {
      if (leftAt === undefined) departures.left(guildId);
      const archived = departures.archive(guildId);
      if (archived !== undefined) log.info({ guildId, archived }, 'guild left 30 days ago, its file is archived');
      return;
    }
    if (leftAt !== undefined) departures.returned(guildId);
    if (effect !== undefined) delivery.expect(guildId, effect);
    if (timer !== undefined) timers.expect(guildId, timer);
  }

  function problem(guildId: string, error: unknown): void {
    const reason = error instanceof GuildUnavailable ? { kind: error.kind, detail: error.detail } : { err: error };
    log.error({ guildId, ...reason }, 'guild file cannot be used');
  }

  function tick(): void {
    cancel = clock.after(TICK_MS, tick);
    if (clock.now() - looked < DAY_MS) return;
    looked = clock.now();
    for (const guildId of guilds.openIds()) guilds.open(guildId).outbox.tidy();
    looking = survey(guilds, tend, problem, stopping.signal);
  }

  return {
    /** The client is ready: it is known which guilds the bot is in. */
    start: tick,

    /** The bot came into a guild, or back into it: what waited goes on, at once. */
    entered(guildId: string): void {
      try {
        departures.returned(guildId);
        if (!guilds.has(guildId)) return;
        delivery.expect(guildId, clock.now());
        timers.expect(guildId, clock.now());
      } catch (error) {
        problem(guildId, error);
      }
    },

    /** The bot was removed from a guild. Its file is kept. */
    left(guildId: string): void {
      try {
        departures.left(guildId);
      } catch (error) {
        problem(guildId, error);
      }
    },

    /** Resolves when the look through the files that is under way has ended. */
    looked: (): Promise<void> => looking,

    stop(): void {
      stopping.abort();
      cancel?.();
    },
  };
}
