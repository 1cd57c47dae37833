import type { Clock } from './clock.js';
import type { Guild } from './guild.js';
import type { GuildStore } from './guild-store.js';
import { GuildUnavailable } from './guild-unavailable.js';
import type { Log } from './log.js';
import type { DueTimer } from './schedule.js';
import { createWakes } from './wakes.js';

/** What to do when a timer of a kind comes due: synchronous, in the transaction that removes or moves the timer. */
export type TimerHandlers = Readonly<Record<string, (guild: Guild, timer: DueTimer) => void>>;

export interface TimersDeps {
  readonly guilds: GuildStore;
  readonly handlers: TimerHandlers;
  readonly clock: Clock;
  readonly log: Log;
  /** A timer's handler threw. */
  readonly onFault?: (guildId: string, timer: DueTimer, error: unknown) => void;
}

const AT_ONCE = 50;
const UNAVAILABLE_MS = 60_000;
const LONGEST_BACKOFF_MS = 6 * 3_600_000;

export type Timers = ReturnType<typeof createTimers>;

/** Runs guilds' timers when they come due. A handler that throws is tried again, later and later, and stands in nobody's way. */
export function createTimers({ guilds, handlers, clock, log, onFault }: TimersDeps) {
  const wakes = createWakes(clock, run);
  let stopListening: (() => void) | undefined;

  function ring(guild: Guild, timer: DueTimer): void {
    try {
      guild.transaction(() => {
        guild.schedule.advance(timer);
        const handler = handlers[timer.kind];
        if (!handler) throw new Error(`no handler for timers of kind "${timer.kind}"`);
        handler(guild, timer);
      })();
    } catch (error) {
      if (error instanceof GuildUnavailable) throw error;
      log.error({ guildId: guild.id, timer: timer.key, err: error }, 'timer failed');
      onFault?.(guild.id, timer, error);
      const wait = Math.min(30_000 * 2 ** timer.attempts, LONGEST_BACKOFF_MS);
      guild.schedule.postpone(timer.key, clock.now() + wait, error instanceof Error ? error.message : String(error));
    }
  }

  function run(guildId: string): void {
    try {
      const guild = guilds.open(guildId);
      for (const timer of guild.schedule.due(AT_ONCE)) ring(guild, timer);
      wakes.set(guildId, guild.schedule.nextDue());
    } catch (error) {
      const reason = error instanceof GuildUnavailable ? { kind: error.kind, detail: error.detail } : { err: error };
      log.warn({ guildId, ...reason }, 'timers cannot be read, they wait');
      wakes.set(guildId, clock.now() + UNAVAILABLE_MS);
    }
  }

  return {
    /** Starts to listen for timers being set. Those of earlier lives come by `expect`, from a survey of the files. */
    start(): void {
      stopListening = guilds.on('timer', (guildId) => wakes.sooner(guildId, clock.now()));
    },
    /** A guild's file says that a timer is due at `at`. */
    expect: (guildId: string, at: number): void => wakes.sooner(guildId, at),
    stop(): void {
      stopListening?.();
      wakes.stop();
    },
  };
}
