/** The fleets of all guilds of this process: opened when asked for, ticked while they are busy. */
import type { Clock } from '../platform/clock.js';
import type { Guild } from '../platform/guild.js';
import type { GuildStore } from '../platform/guild-store.js';
import type { Waiting } from './api/waiting.js';
import type { FleetEngine } from './engine.js';
import { createDesk, type Desk } from './engines/sqlite/desk.js';
import { createSqliteFleet, type SqliteFleet } from './engines/sqlite/fleet.js';
import { judgeResult } from './judge.js';
import { ApiRefusal } from './refused.js';
import type { Shelf } from './shelf.js';
import { openShrinker } from './shrinking.js';
import { createTurns } from './turns.js';

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

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function createFleets({ guilds, shelf, clock, waiting, isHere, onFault }: FleetsDeps) {
  const fleets = new WeakMap<Guild, SqliteFleet>();
  const desks = new WeakMap<SqliteFleet, Desk>();
  const busy = new Map<string, number>();
  const engines = new Map<string, FleetEngine>();
  let cancel: (() => void) | undefined;
  let stopped = false;

  function fleetIn(guild: Guild): SqliteFleet {
    const known = fleets.get(guild);
    if (known) return known;
    const fleet: SqliteFleet = createSqliteFleet(guild, {
      now: clock.now,
      newId: clock.newId,
      random: clock.random,
      canaryOf: () => CANARY,
      openShrinker({ digest, firstTrace: trace, action, rate }) {
        const suite = suiteOf(fleet, digest);
        return suite && openShrinker({ suite, trace, action, rate });
      },
    });
    fleets.set(guild, fleet);
    return fleet;
  }

  const suiteOf = (fleet: SqliteFleet, digest: string) => shelf.suite(digest, () => fleet.suites.files(digest));

  function deskIn(guild: Guild): Desk {
    const fleet = fleetIn(guild);
    const known = desks.get(fleet) ?? createDesk(fleet);
    desks.set(fleet, known);
    return known;
  }

  /** The machines' side of a guild's fleet: what they ask at the same time is one transaction. */
  function openEngine(guildId: string): FleetEngine {
    // What a fleet remembers beside its rows, as its shrinkers do, is worked out anew from the rows.
    const turn = createTurns(
      () => guilds.open(guildId),
      guilds.settledIn,
      (guild) => fleets.delete(guild),
    );
    /** Reading alone waits for nobody. */
    const read = <T>(look: (desk: Desk) => T): T => look(deskIn(guilds.open(guildId)));
    const ask = async <T>(run: (desk: Desk) => T, lasting = false): Promise<T> => {
      // Machines that waited are sent home when the process stops: no file is opened for them any more.
      if (stopped) throw new ApiRefusal('unavailable');
      busy.set(guildId, clock.now());
      return turn(lasting, (guild) => run(deskIn(guild)));
    };
    return {
      guildId,
      publicKeyOf: async (machine) => read((desk) => desk.publicKeyOf(machine)),
      enrol: (code, facts) => ask((desk) => desk.enrol(code, facts), true),
      session: (call, facts) => ask((desk) => desk.session(call, facts)),
      lease: (call, wish) => ask((desk) => desk.lease(call, wish)),
      leaseAgain: (machine, wish) => ask((desk) => desk.leaseAgain(machine, wish)),
      beat: (call, beats, doing) => ask((desk) => desk.beat(call, beats, doing)),
      async result(call, fence, told, next) {
        const spec = read((desk) => desk.asked(fence.lease));
        const suite = spec && suiteOf(fleetIn(guilds.open(guildId)), spec.digest);
        const { result, plausible } = spec
          ? await judgeResult(spec, told, suite, breathe)
          : { result: told, plausible: false };
        return ask((desk) => desk.result(call, fence, result, plausible, next), true);
      },
      release: (call, fence, faulty) => ask((desk) => desk.release(call, fence, faulty)),
      suite: (call, digest) => ask((desk) => desk.suite(call, digest)),
    };
  }

  waiting.ask((guildId) => {
    try {
      return fleetIn(guilds.open(guildId)).leases.wanted();
    } catch (error) {
      onFault(guildId, error);
      return [];
    }
  });

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

    /** What machines of this guild ask of; undefined where the bot is not. Throws ApiRefusal: unavailable. */
    engineOf(guildId: string): FleetEngine | undefined {
      const here = isHere(guildId);
      // A machine that was told that it is unknown here would give up for good.
      if (here === undefined) throw new ApiRefusal('unavailable');
      if (!here) return undefined;
      const engine = engines.get(guildId) ?? openEngine(guildId);
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
      stopped = true;
      cancel?.();
      waiting.close();
    },
  };
}
