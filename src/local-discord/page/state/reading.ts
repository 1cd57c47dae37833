/** Answers that components want from the state: who somebody is here, what a channel is called, what may be done in it. */
import type { APIGuildMember, APIRole, APIUser } from 'discord-api-types/v10';
import type { ChannelView, GuildView } from '../../page-api/protocol.js';
import { channelType, isThread, permission } from '../discord.js';
import { home, type State } from './model.js';

/** How somebody is shown in a guild. */
export interface Look {
  readonly id: string;
  readonly name: string;
  readonly color: string | undefined;
  readonly user: APIUser;
  readonly member: APIGuildMember | undefined;
}

export const guildHere = (state: State): GuildView | undefined =>
  state.guilds.find(({ guild }) => guild.id === state.place.guild);

export function channelById(state: State, id: string | undefined): ChannelView | undefined {
  if (id === undefined) return undefined;
  for (const { channels } of state.guilds) {
    const found = channels.find((channel) => channel.id === id);
    if (found) return found;
  }
  return state.direct.find((channel) => channel.id === id);
}

export const channelHere = (state: State) => channelById(state, state.place.channel);

export const guildOf = (state: State, channel: ChannelView): GuildView | undefined =>
  'guild_id' in channel ? state.guilds.find(({ guild }) => guild.id === channel.guild_id) : undefined;

/** The hex colour of Discord's integer; undefined for 0, which means "no colour". */
export const hex = (color: number | null | undefined) =>
  color ? `#${color.toString(16).padStart(6, '0')}` : undefined;

export const nameOf = (user: APIUser, member?: APIGuildMember) =>
  clean(member?.nick ?? user.global_name ?? user.username);

/** Names lose characters that would turn the text around them, or draw nothing at all. */
export const clean = (name: string) =>
  name.replace(/[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/gu, '') || '\u2014';

export function rolesOf(guild: GuildView, member: APIGuildMember | undefined): APIRole[] {
  if (!member) return [];
  return guild.guild.roles.filter(({ id }) => member.roles.includes(id)).sort((a, b) => b.position - a.position);
}

export function lookOf(state: State, guild: GuildView | undefined, user: APIUser): Look {
  const member = guild && state.members[guild.guild.id]?.[user.id];
  const color = guild && rolesOf(guild, member).find((role) => role.color)?.color;
  return { id: user.id, name: nameOf(user, member), color: hex(color), user, member };
}

export function channelName(channel: ChannelView): string {
  if ('recipients' in channel && channel.recipients) return channel.recipients.map((user) => nameOf(user)).join(', ');
  return clean(channel.name ?? '');
}

export const may = (channel: ChannelView | undefined, bit: bigint) =>
  channel !== undefined && (BigInt(channel.mine) & bit) === bit;

export function maySpeak(channel: ChannelView | undefined): boolean {
  if (!channel) return false;
  if (channel.type === channelType.direct) return true;
  return may(channel, isThread(channel.type) ? permission.sendInThreads : permission.sendMessages);
}

export const isDirect = (state: State) => state.place.guild === home;

export interface Branch {
  readonly category: ChannelView | undefined;
  readonly channels: readonly { readonly channel: ChannelView; readonly threads: readonly ChannelView[] }[];
}

const positionOf = (channel: ChannelView) => ('position' in channel ? (channel.position ?? 0) : 0);
const parentOf = (channel: ChannelView) => ('parent_id' in channel ? channel.parent_id : undefined);
const isVoice = (channel: ChannelView) => channel.type === channelType.voice || channel.type === channelType.stage;

/** Channels under their categories in Discord's order: those without a category first, voice below text. */
export function tree({ channels }: GuildView): Branch[] {
  const order = (a: ChannelView, b: ChannelView) =>
    Number(isVoice(a)) - Number(isVoice(b)) || positionOf(a) - positionOf(b) || a.id.localeCompare(b.id);
  const threadsOf = (id: string) => channels.filter((one) => isThread(one.type) && parentOf(one) === id);
  const under = (id: string | undefined) =>
    channels
      .filter((one) => one.type !== channelType.category && !isThread(one.type) && (parentOf(one) ?? undefined) === id)
      .sort(order)
      .map((channel) => ({ channel, threads: threadsOf(channel.id) }));
  const categories = channels.filter(({ type }) => type === channelType.category).sort(order);
  return [
    { category: undefined, channels: under(undefined) },
    ...categories.map((category) => ({ category, channels: under(category.id) })),
  ].filter(({ category, channels: inside }) => category || inside.length);
}

/** Where a newcomer would look first: the channel that greets, else one with talk in it. */
export function firstChannel(view: GuildView): ChannelView | undefined {
  const all = tree(view).flatMap(({ channels }) => channels.map(({ channel }) => channel));
  const written = all.filter(({ type }) => type === channelType.text || type === channelType.announcement);
  return (
    written.find(({ id }) => id === view.guild.system_channel_id) ??
    written.find((channel) => 'last_message_id' in channel && channel.last_message_id) ??
    written[0] ??
    all[0]
  );
}
