/** What /doctor finds: what the bot was granted, what it lacks, how close limits are, and what waits or went wrong. */
import type { Guild as DiscordGuild } from 'discord.js';
import { PLACES } from '../community/settings.js';
import { missingOnlyHere, NEEDED_PERMISSIONS, type Permission } from '../community/setup-plan.js';
import type { GuildUnavailable } from '../platform/guild-unavailable.js';
import type { OutboxStats, ParkedRow } from '../platform/outbox.js';
import type { FailedTimer } from '../platform/schedule.js';
import type { Context } from './context.js';
import type { Fault } from './faults.js';
import { missingIn } from './found.js';

export interface Used {
  readonly what: 'roles' | 'channels' | 'threads' | 'commands';
  readonly used: number;
  readonly most: number;
}

export interface Diagnosis {
  readonly members: boolean;
  readonly messageContent: boolean;
  readonly missing: readonly Permission[];
  /** What the settings of our own channels take away, besides. */
  readonly missingHere: readonly { readonly channel: string; readonly permissions: readonly Permission[] }[];
  /** Roles that the bot should give, but that stand above its own; ids. */
  readonly above: readonly string[];
  readonly used: readonly Used[];
  readonly outbox: OutboxStats;
  readonly parked: readonly ParkedRow[];
  readonly timers: readonly FailedTimer[];
  /** Why the server's file could not be written lately, and since when. */
  readonly problem: { readonly error: GuildUnavailable; readonly since: number } | undefined;
  readonly schema: number;
  /** Bytes on disk. */
  readonly size: number;
  /** To Discord's gateway and back; milliseconds. */
  readonly pingMs: number;
  readonly faults: readonly Fault[];
}

/** Discord's limits; see its documentation of guilds and application commands. */
const MOST = { roles: 250, channels: 500, threads: 1000, commands: 100 } as const;
const SHOWN = 5;

/** Looks at a server without changing anything. */
export function diagnose(server: DiscordGuild, { community, guild, system }: Context): Diagnosis {
  const me = server.members.me;
  const roles = Object.values(community.settings.roles()).filter((id) => id !== undefined);
  const threads = server.channels.cache.filter((channel) => channel.isThread() && !channel.archived).size;
  const missing = NEEDED_PERMISSIONS.filter((name) => !me?.permissions.has(name));
  const missingHere = PLACES.filter((place) => place.startsWith('channel.')).flatMap((place) => {
    const channel = server.channels.cache.get(community.settings.place(place)?.id ?? '');
    const permissions = channel ? missingOnlyHere(missingIn(server, channel), missing) : [];
    return channel && permissions.length > 0 ? [{ channel: channel.id, permissions }] : [];
  });
  const used = {
    roles: server.roles.cache.size,
    channels: server.channels.cache.filter((channel) => !channel.isThread()).size,
    threads,
    commands: system.catalogue.slash.size,
  };
  return {
    members: system.granted.members,
    messageContent: system.granted.messageContent,
    missing,
    missingHere,
    above: roles.filter((id) => (server.roles.cache.get(id)?.comparePositionTo(me?.roles.highest ?? id) ?? -1) >= 0),
    used: (Object.keys(MOST) as (keyof typeof MOST)[]).map((what) => ({ what, used: used[what], most: MOST[what] })),
    outbox: guild.outbox.stats(),
    parked: guild.outbox.parked(SHOWN),
    timers: guild.schedule.failed(SHOWN),
    problem: system.guilds.problems().find(({ guildId }) => guildId === guild.id),
    schema: system.guilds.schemaVersion,
    size: system.guilds.size(guild.id),
    pingMs: Math.round(server.client.ws.ping),
    faults: system.faults.last(guild.id).slice(0, SHOWN),
  };
}
