/** Which servers the bot is in: files of those it left are kept for a while, then archived. */
import { type Client, Events, GatewayDispatchEvents } from 'discord.js';
import { z } from 'zod';
import type { Cancel, Clock } from '../../platform/clock.js';
import type { createDepartures } from '../../platform/departures.js';
import type { GuildStore } from '../../platform/guild-store.js';
import type { Log } from '../../platform/log.js';

export interface PresenceDeps {
  readonly guilds: GuildStore;
  readonly departures: ReturnType<typeof createDepartures>;
  readonly clock: Clock;
  readonly log: Log;
  /** The bot is in this server now: what waited for it may go on. */
  readonly onPresent: (guildId: string) => void;
}

/** READY, as far as it says which servers there are. */
const READY = z.object({ guilds: z.array(z.object({ id: z.string() })) });

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Follows additions and removals. A server that is only out of reach keeps its place. Start it once the client is ready. */
export function followPresence(
  client: Client<true>,
  { guilds, departures, clock, log, onPresent }: PresenceDeps,
): Cancel {
  const attempt = (guildId: string, note: () => void): void => {
    try {
      note();
    } catch (error) {
      log.warn({ guildId, err: error }, 'could not note that a server was left or joined');
    }
  };

  client.on(Events.GuildCreate, ({ id }) => {
    log.info({ guildId: id }, 'added to a server');
    attempt(id, () => departures.returned(id));
    onPresent(id);
  });
  client.on(Events.GuildAvailable, ({ id }) => onPresent(id));
  const gone = (id: string): void => {
    log.info({ guildId: id }, 'removed from a server');
    attempt(id, () => {
      // It was here until now, whatever an earlier departure left behind.
      departures.returned(id);
      departures.left(id);
    });
  };
  client.on(Events.GuildDelete, ({ id }) => gone(id));
  // A new session after a long absence names the servers that are left; discord.js keeps the others for ever.
  client.ws.on(GatewayDispatchEvents.Ready, (ready: unknown, shardId: number) => {
    const { data } = READY.safeParse(ready);
    if (!data) return;
    const left = new Set(data.guilds.map(({ id }) => id));
    for (const guild of [...client.guilds.cache.values()]) {
      if (guild.shardId !== shardId || left.has(guild.id)) continue;
      client.guilds.cache.delete(guild.id);
      gone(guild.id);
    }
  });

  /** Servers that the bot was removed from while it was not looking, and those that it left long ago. */
  function archive(): void {
    for (const id of guilds.list().filter((guildId) => !client.guilds.cache.has(guildId))) {
      attempt(id, () => {
        departures.left(id);
        const archived = departures.archive(id);
        if (archived) log.info({ guildId: id, file: archived }, 'archived the file of a server that was left');
      });
    }
  }

  let cancel: Cancel;
  let next = clock.now() + DAY;
  const look = (): void => {
    cancel = clock.after(MINUTE, look);
    if (clock.now() < next) return;
    next = clock.now() + DAY;
    archive();
  };
  archive();
  cancel = clock.after(MINUTE, look);
  return () => cancel();
}
