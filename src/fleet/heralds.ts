/** The heralds of all guilds of this process, and what the outbox and the timers call them back with. */
import { z } from 'zod';
import type { Continuations } from '../platform/continuations.js';
import type { Guild } from '../platform/guild.js';
import type { TimerHandlers } from '../platform/timers.js';
import type { SqliteFleet } from './engines/sqlite/fleet.js';
import {
  createHerald,
  FINDING_POSTED,
  FLEET_TICK,
  type FleetPosts,
  type Herald,
  type HeraldDeps,
  HUNT_POSTED,
} from './herald.js';

/** What continuations and timers are handed: a row's number. */
const NUMBER = z.number();

export interface HeraldsDeps {
  readonly now: () => number;
  readonly fleetIn: (guild: Guild) => SqliteFleet;
  readonly settingsIn: (guild: Guild) => HeraldDeps['settings'];
  readonly posts: FleetPosts;
  /** There may be new work for machines that wait. */
  readonly wake: (guildId: string) => void;
}

export type Heralds = ReturnType<typeof createHeralds>;

export function createHeralds({ now, fleetIn, settingsIn, posts, wake }: HeraldsDeps) {
  const heralds = new WeakMap<Guild, Herald>();

  function heraldIn(guild: Guild): Herald {
    const known = heralds.get(guild);
    if (known) return known;
    const herald = createHerald(guild, { now, fleet: fleetIn(guild), settings: settingsIn(guild), posts });
    heralds.set(guild, herald);
    return herald;
  }

  const continuations: Continuations = {
    [HUNT_POSTED]: (guild, arg, made) => {
      if (made?.channel) heraldIn(guild).huntPosted(NUMBER.parse(arg), made.channel, made.id);
    },
    [FINDING_POSTED]: (guild, arg, made) => {
      if (made) heraldIn(guild).findingPosted(NUMBER.parse(arg), made.id);
    },
  };

  const timers: TimerHandlers = {
    [FLEET_TICK](guild) {
      fleetIn(guild).tick();
      heraldIn(guild).show();
      wake(guild.id);
    },
  };

  return { heraldIn, continuations, timers };
}
