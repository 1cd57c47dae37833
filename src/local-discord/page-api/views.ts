/** What one person sees of the local Discord, gathered from their actor and nothing else. */
import { type APIChannel, type APIGuildMember, PermissionFlagsBits } from 'discord-api-types/v10';
import type { Actor } from '../actor.js';
import type { ChannelView, EventView, GuildSign, GuildView, Person, Snapshot } from './protocol.js';

/** A member list longer than this is cut: the page shows it in a sidebar, not in a table. */
const memberLimit = 1000;

/** Permissions that change what the page offers in a channel. */
const asked = [
  PermissionFlagsBits.ManageChannels,
  PermissionFlagsBits.AddReactions,
  PermissionFlagsBits.SendMessages,
  PermissionFlagsBits.ManageMessages,
  PermissionFlagsBits.AttachFiles,
  PermissionFlagsBits.MentionEveryone,
  PermissionFlagsBits.UseApplicationCommands,
  PermissionFlagsBits.SendMessagesInThreads,
];

export function channelView(actor: Actor, channel: APIChannel): ChannelView {
  const mine = asked.filter((bit) => actor.can(bit, channel.id)).reduce((all, bit) => all | bit, 0n);
  return { ...channel, mine: String(mine) };
}

/** The guild with what is visible in it; `reading` may be an archived thread. */
export function guildView(actor: Actor, guildId: string, reading?: string): GuildView | undefined {
  const guild = actor.guilds().find(({ id }) => id === guildId);
  if (!guild) return undefined;
  const interests = new Set(actor.interests(guildId));
  const active = actor.channels(guildId);
  const archived =
    reading === undefined || active.some(({ id }) => id === reading)
      ? []
      : active.flatMap(({ id }) => actor.threads(id)).filter(({ id }) => id === reading);
  return {
    guild,
    channels: [...active, ...archived].map((channel) => channelView(actor, channel)),
    events: actor.events(guildId).map((event): EventView => ({ ...event, interested: interests.has(event.id) })),
  };
}

export const membersOf = (actor: Actor, guildId: string) => actor.members(guildId).slice(0, memberLimit);

/** `members` gives a guild's members: the same for everybody in it, so they are gathered once. */
function personView(actor: Actor, members: (actor: Actor, guildId: string) => readonly APIGuildMember[]): Person {
  const user = actor.user();
  const guild = actor.guilds()[0];
  const held = guild && members(actor, guild.id).find((member) => member.user.id === actor.id)?.roles;
  const standing = guild?.roles
    .filter(({ id }) => held?.includes(id))
    .sort((a, b) => b.position - a.position)
    .at(0);
  return {
    id: user.id,
    name: user.global_name ?? user.username,
    user,
    locale: actor.locale,
    owner: guild?.owner_id === actor.id,
    ...(standing && { standing: { name: standing.name, color: standing.color } }),
  };
}

export const directView = (actor: Actor) => actor.directs().map((channel) => channelView(actor, channel));

export function snapshot(actor: Actor, people: readonly Actor[]): Snapshot {
  const guilds = actor.guilds().flatMap(({ id }) => guildView(actor, id) ?? []);
  const gathered = new Map<string, readonly APIGuildMember[]>();
  const members = (one: Actor, guildId: string) => {
    const known = gathered.get(guildId) ?? one.members(guildId);
    gathered.set(guildId, known);
    return known;
  };
  return {
    me: personView(actor, members),
    people: people.map((person) => personView(person, members)),
    guilds,
    members: Object.fromEntries(guilds.map(({ guild }) => [guild.id, members(actor, guild.id).slice(0, memberLimit)])),
    direct: directView(actor),
    known: known(people),
  };
}

function known(people: readonly Actor[]): GuildSign[] {
  const all = people.flatMap((person) => person.guilds().map(({ id, name }) => ({ id, name })));
  return [...new Map(all.map((guild) => [guild.id, guild])).values()];
}
