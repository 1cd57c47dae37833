/** What a person sees: guilds, channels, messages, and everything that happens from now on. */
import { ChannelType, type Locale } from 'discord-api-types/v10';
import { canSee, permissionsIn, placeOf, standingIn } from '../access.js';
import type { Actor, MessageAt, Sight } from '../actor.js';
import { fail } from '../errors.js';
import type { Interactions } from '../interactions/index.js';
import type { Channel, Id, Message } from '../model.js';
import { listMessages, readOne } from '../operations/history.js';
import { has } from '../permissions.js';
import { renderChannel, renderEvent, renderGuild, renderThread } from '../render/guilds.js';
import { renderMessage } from '../render/messages.js';
import { renderMember, renderUserId } from '../render/people.js';
import { compareIds, type World } from '../world.js';
import { offers } from './offers.js';

type Seeing = Pick<
  Actor,
  | 'id'
  | 'user'
  | 'locale'
  | 'guilds'
  | 'channels'
  | 'members'
  | 'events'
  | 'interests'
  | 'threads'
  | 'messages'
  | 'message'
  | 'can'
  | 'watch'
  | 'directs'
  | 'commands'
>;

export interface SeeingDeps {
  readonly world: World;
  readonly interactions: Interactions;
  watch(userId: Id, see: (sight: Sight) => void): () => void;
}

const MENU = { chat: 1, user: 2, message: 3 } as const;

/** Messages on one screenful, where nobody asks for fewer. */
const PAGE = 50;

export function createSeeing({ world, interactions, watch }: SeeingDeps, userId: Id): Seeing {
  const self = () => world.users.get(userId) ?? fail('unknownUser');
  const guildOf = (guildId: Id) => standingIn(world, userId, guildId).guild;
  const show = (message: Message) =>
    Object.assign(renderMessage(world, message, userId), message.guild_id && { guild_id: message.guild_id });

  return {
    id: userId,
    user: () => renderUserId(world, userId),
    get locale() {
      // Any text may be a language to Discord's client; what it sends is one of these.
      return self().locale as Locale;
    },

    guilds: () =>
      [...world.guilds.values()].filter((guild) => guild.members.has(userId)).map((guild) => renderGuild(world, guild)),

    channels(guildId) {
      const guild = guildOf(guildId);
      const active = [...guild.threads.values()].filter((thread) => !thread.thread?.archived);
      return [...guild.channels.values(), ...active]
        .filter((channel) => canSee(world, userId, channel))
        .sort((a, b) => a.position - b.position || compareIds(a.id, b.id))
        .map((channel) => renderChannel(world, channel, userId));
    },

    members: (guildId) => [...guildOf(guildId).members.values()].map((member) => renderMember(world, member)),
    events: (guildId) => [...guildOf(guildId).events.values()].map((event) => renderEvent(world, event, true)),
    interests: (guildId) =>
      [...guildOf(guildId).events.values()].filter((event) => event.user_ids.includes(userId)).map(({ id }) => id),

    threads(channelId) {
      const { guild } = placeOf(world, userId, channelId);
      return [...(guild?.threads.values() ?? [])]
        .filter((thread) => thread.parent_id === channelId && canSee(world, userId, thread))
        .sort((a, b) => compareIds(b.id, a.id))
        .map((thread) => renderThread(thread, userId));
    },

    messages(channelId, { before, after, limit = PAGE } = {}) {
      const stored = listMessages(world, userId, channelId, { before, after, limit }).reverse();
      const oldest = stored[0]?.id;
      const own = interactions.privately.list(userId, channelId).filter(({ id }) => {
        if (before && compareIds(id, before) >= 0) return false;
        if (after && compareIds(id, after) <= 0) return false;
        // Older ones belong to the page before, if there is one.
        return stored.length < limit || oldest === undefined || compareIds(id, oldest) > 0;
      });
      return [...stored, ...own].sort((a, b) => compareIds(a.id, b.id)).map(show);
    },

    message: (at) => show(messageFor(world, interactions, userId, at)),

    can(permission, channelId) {
      const channel = world.channels.get(channelId);
      return channel !== undefined && has(permissionsIn(world, userId, channel), permission);
    },

    watch: (see) => watch(userId, see),

    directs: () =>
      [...world.channels.values()]
        .filter((channel) => isDirect(channel) && channel.recipient_ids?.includes(userId))
        .sort((a, b) => compareIds(b.last_message_id ?? b.id, a.last_message_id ?? a.id))
        .map((channel) => renderChannel(world, channel, userId)),

    commands: (channelId, kind = 'chat') =>
      offers(world, interactions.commands, placeOf(world, userId, channelId), MENU[kind]).map(
        ({ application, command }) => ({ command, application: renderUserId(world, application.bot_id) }),
      ),
  };
}

const isDirect = ({ type }: Channel) => type === ChannelType.DM || type === ChannelType.GroupDM;

/** A message on this person's screen, an ephemeral one among them. Refuses: unknownMessage, missingAccess. */
export function messageFor(
  world: World,
  { privately }: Pick<Interactions, 'privately'>,
  userId: Id,
  { channel_id, id }: MessageAt,
): Message {
  return privately.get(userId, channel_id, id) ?? readOne(world, userId, channel_id, id);
}

/** Hands each event to the screens of the people who may see it. */
export function createWatching(world: World): SeeingDeps['watch'] {
  const screens = new Map<Id, Set<(sight: Sight) => void>>();

  world.subscribe(({ t, d, guildId, channelId, userId: only }) => {
    for (const [userId, watchers] of screens) {
      if (only !== undefined && only !== userId) continue;
      if (only === undefined && !mayHear(userId, guildId, channelId)) continue;
      for (const see of watchers) see({ t, d, guildId, channelId });
    }
  });

  function mayHear(userId: Id, guildId: Id | undefined, channelId: Id | undefined): boolean {
    if (guildId !== undefined && !world.guilds.get(guildId)?.members.has(userId)) return false;
    const channel = channelId === undefined ? undefined : world.channels.get(channelId);
    // A channel that is gone cannot be looked at any more; its end is told to the guild.
    return channel === undefined || canSee(world, userId, channel);
  }

  return (userId, see) => {
    const watchers = screens.get(userId) ?? new Set();
    screens.set(userId, watchers);
    watchers.add(see);
    return () => {
      watchers.delete(see);
      if (watchers.size === 0) screens.delete(userId);
    };
  };
}
