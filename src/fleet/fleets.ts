/** The fleets of all guilds of this process: opened when asked for, ticked while they are busy. */
import type { Clock } from '../platform/clock.js';
import type { Guild } from '../platform/guild.js';
import type { GuildStore } from '../platform/guild-store.js';
import type { Waiting } from './api/waiting.js';
import type { FleetEngine } from './engine.js';
import { createSqliteFleet, type SqliteFleet } from './engines/sqlite/fleet.js';
import { isPlausible } from './judge.js';
import { ApiRefusal } from './refused.js';
import type { Shelf } from './shelf.js';
import { openShrinker } from './shrinking.js';

export interface FleetsDeps {
  readonly guilds: GuildStore;
  readonly shelf: Shelf;
  readonly clock: Clock;
  readonly waiting: Waiting;
  /** Whether the bot is in this guild: nobody else's file is opened, or made. Undefined while nobody can tell yet. */
  readonly isHere: (guildId: string) => boolean | undefined;
  readonly onFault: (guildId: string, error: unknown) => void;
}

/** Leases are looked at so often; milliseconds. */
const TICK_MS = 15_000;
/** A fleet that nobody called for so long needs no ticks; milliseconds. */
const QUIET_MS = 10 * 60_000;
const CANARY = 'canary';

export type Fleets = ReturnType<typeof createFleets>;

export function createFleets({ guilds, shelf, clock, waiting, isHere, onFault }: FleetsDeps) {
  const fleets = new WeakMap<Guild, SqliteFleet>();
  const busy = new Map<string, number>();
  const engines = new Map<string, FleetEngine>();
  let cancel: (() => void) | undefined;

  function fleetIn(guild: Guild): SqliteFleet {
    const known = fleets.get(guild);
    if (known) return known;
    const suiteOf = (digest: string) => shelf.suite(digest, () => fleet.suites.files(digest));
    const fleet: SqliteFleet = createSqliteFleet(guild, {
      now: clock.now,
      newId: clock.newId,
      random: clock.random,
      canaryOf: () => CANARY,
      openShrinker({ digest, firstTrace: trace, action, rate }) {
        const suite = suiteOf(digest);
        return suite && openShrinker({ suite, trace, action, rate });
      },
      plausible: ({ spec }, result) => isPlausible(spec, result, suiteOf(spec.digest)),
    });
    fleets.set(guild, fleet);
    return fleet;
  }

  const live = (guildId: string): SqliteFleet => {
    busy.set(guildId, clock.now());
    return fleetIn(guilds.open(guildId));
  };

  function tick(guildId: string): void {
    try {
      fleetIn(guilds.open(guildId)).tick();
      waiting.wake(guildId);
    } catch (error) {
      onFault(guildId, error);
    }
  }

  function tickAll(): void {
    for (const [guildId, at] of busy) {
      if (at < clock.now() - QUIET_MS) busy.delete(guildId);
      else tick(guildId);
    }
    cancel = clock.after(TICK_MS, tickAll);
  }

  return {
    /** For work inside one turn, as a command does it. */
    fleetIn(guild: Guild): SqliteFleet {
      busy.set(guild.id, clock.now());
      return fleetIn(guild);
    },

    /** Throws ApiRefusal: unavailable. For callers that wait in between: each operation opens the guild's file anew, as another's opening may have closed it. */
    engineOf(guildId: string): FleetEngine | undefined {
      const here = isHere(guildId);
      // A machine that was told that it is unknown here would give up for good.
      if (here === undefined) throw new ApiRefusal('unavailable');
      if (!here) return undefined;
      const engine = engines.get(guildId) ?? late(() => live(guildId), live(guildId));
      engines.set(guildId, engine);
      return engine;
    },

    tick,
    /** Tells people what changed now, rather than at the next tick. */
    changed(guildId: string): void {
      waiting.wake(guildId);
    },
    start(): void {
      cancel = clock.after(TICK_MS, tickAll);
    },
    stop(): void {
      cancel?.();
      waiting.close();
    },
  };
}

/** An object of the same shape as `shape`, whose functions are looked up in `get()` when they are called. */
function late<T extends object>(get: () => T, shape: T): T {
  return new Proxy(shape, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      const current = (): unknown => Reflect.get(get(), name);
      if (typeof value === 'function')
        return (...args: readonly unknown[]) => {
          const now = current();
          return typeof now === 'function' ? Reflect.apply(now, undefined, args) : undefined;
        };
      // Parts of a fleet are objects of functions; whatever else there is does not change.
      return typeof value === 'object' && value !== null ? late(() => current() as object, value) : value;
    },
  });
}
