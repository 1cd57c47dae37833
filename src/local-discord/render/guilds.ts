/** Guilds, roles, channels, threads, events, invites and webhooks as Discord shows them. */
import {
  type APIChannel,
  type APIEmoji,
  type APIGuild,
  type APIGuildOnboarding,
  type APIGuildScheduledEvent,
  type APIInvite,
  type APIRole,
  type APIThreadChannel,
  type APIThreadMember,
  type APIWebhook,
  ChannelType,
  type GatewayGuildCreateDispatchData,
} from 'discord-api-types/v10';
import { canSee } from '../access.js';
import type { Channel, Emoji, Guild, Id, Invite, Role, ScheduledEvent, ThreadMember, Webhook } from '../model.js';
import { isThread } from '../permissions.js';
import type { World } from '../world.js';
import { renderMember, renderUserId } from './people.js';

export function renderRole(role: Role): APIRole {
  const shown = {
    id: role.id,
    name: role.name,
    permissions: role.permissions,
    position: role.position,
    color: role.color,
    colors: { primary_color: role.color, secondary_color: null, tertiary_color: null },
    hoist: role.hoist,
    managed: role.managed,
    mentionable: role.mentionable,
    icon: null,
    unicode_emoji: role.unicode_emoji,
    flags: 0,
    ...(role.bot_id && { tags: { bot_id: role.bot_id } }),
  };
  return shown as typeof shown & APIRole;
}

export function renderEmoji(world: World, emoji: Emoji): APIEmoji {
  return {
    id: emoji.id,
    name: emoji.name,
    roles: emoji.roles,
    user: renderUserId(world, emoji.user_id),
    require_colons: true,
    managed: false,
    animated: emoji.animated,
    available: true,
  };
}

export function renderGuild(world: World, guild: Guild): APIGuild {
  const shown = {
    id: guild.id,
    name: guild.name,
    icon: guild.icon,
    description: guild.description,
    home_header: null,
    splash: null,
    discovery_splash: null,
    features: guild.features,
    banner: null,
    owner_id: guild.owner_id,
    application_id: null,
    region: 'rotterdam',
    afk_channel_id: guild.afk_channel_id,
    afk_timeout: guild.afk_timeout,
    system_channel_id: guild.system_channel_id,
    system_channel_flags: guild.system_channel_flags,
    widget_enabled: false,
    widget_channel_id: null,
    verification_level: guild.verification_level,
    roles: [...guild.roles.values()].map(renderRole),
    default_message_notifications: guild.default_message_notifications,
    mfa_level: guild.mfa_level,
    explicit_content_filter: guild.explicit_content_filter,
    max_presences: null,
    max_members: 500_000,
    max_stage_video_channel_users: 50,
    max_video_channel_users: 25,
    vanity_url_code: null,
    premium_tier: guild.premium_tier,
    premium_subscription_count: 0,
    preferred_locale: guild.preferred_locale,
    rules_channel_id: guild.rules_channel_id,
    safety_alerts_channel_id: null,
    public_updates_channel_id: guild.public_updates_channel_id,
    premium_progress_bar_enabled: false,
    nsfw: false,
    nsfw_level: 0,
    emojis: guild.emojis.map((emoji) => renderEmoji(world, emoji)),
    stickers: [],
    incidents_data: null,
  };
  return shown as typeof shown & APIGuild;
}

/** GUILD_CREATE for one user: the bot alone among members where `everyone` is not asked for, threads that it can see. */
export function renderGuildCreate(
  world: World,
  guild: Guild,
  userId: Id,
  everyone: boolean,
): GatewayGuildCreateDispatchData {
  const members = everyone
    ? [...guild.members.values()]
    : [...guild.members.values()].filter((one) => one.user_id === userId);
  const threads = [...guild.threads.values()].filter((one) => !one.thread?.archived && canSee(world, userId, one));
  const shown = {
    ...renderGuild(world, guild),
    joined_at: guild.members.get(userId)?.joined_at ?? world.iso(),
    large: guild.members.size > 50,
    unavailable: false,
    member_count: guild.members.size,
    voice_states: [],
    members: members.map((member) => renderMember(world, member)),
    channels: [...guild.channels.values()].map((channel) => renderChannel(world, channel)),
    threads: threads.map((thread) => renderThread(thread, userId)),
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [...guild.events.values()].map((event) => renderEvent(world, event)),
    soundboard_sounds: [],
  };
  return shown as typeof shown & GatewayGuildCreateDispatchData;
}

/** Any channel; `userId` adds the thread membership of who asks. */
export function renderChannel(world: World, channel: Channel, userId?: Id): APIChannel {
  if (isThread(channel)) return renderThread(channel, userId);
  if (channel.guild_id === undefined) {
    const direct = {
      id: channel.id,
      type: channel.type,
      flags: channel.flags,
      last_message_id: channel.last_message_id,
      recipients: (channel.recipient_ids ?? []).filter((id) => id !== userId).map((id) => renderUserId(world, id)),
    };
    return direct as typeof direct & APIChannel;
  }
  const shown: Record<string, unknown> = {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guild_id,
    name: channel.name,
    position: channel.position,
    parent_id: channel.parent_id,
    flags: channel.flags,
    nsfw: channel.nsfw,
    permission_overwrites: channel.permission_overwrites,
  };
  if (channel.type !== ChannelType.GuildCategory) {
    shown.topic = channel.topic;
    shown.rate_limit_per_user = channel.rate_limit_per_user;
    shown.last_message_id = channel.last_message_id;
    for (const key of OPTIONAL) if (channel[key] !== undefined) shown[key] = channel[key];
    if (channel.last_pin_timestamp) shown.last_pin_timestamp = channel.last_pin_timestamp;
  }
  return shown as typeof shown & APIChannel;
}

const OPTIONAL = [
  'bitrate',
  'user_limit',
  'rtc_region',
  'default_auto_archive_duration',
  'default_thread_rate_limit_per_user',
  'available_tags',
  'default_reaction_emoji',
  'default_sort_order',
  'default_forum_layout',
] as const;

/** With `member` where the asking user is in the thread. */
export function renderThread(thread: Channel, userId?: Id): APIThreadChannel {
  const own = userId && thread.thread_members?.find((one) => one.user_id === userId);
  const shown = {
    id: thread.id,
    type: thread.type,
    guild_id: thread.guild_id,
    name: thread.name,
    parent_id: thread.parent_id,
    owner_id: thread.owner_id,
    flags: thread.flags,
    last_message_id: thread.last_message_id,
    ...(thread.last_pin_timestamp && { last_pin_timestamp: thread.last_pin_timestamp }),
    rate_limit_per_user: thread.rate_limit_per_user,
    message_count: thread.message_count ?? 0,
    total_message_sent: thread.total_message_sent ?? 0,
    // Discord stops counting at 50.
    member_count: Math.min(50, thread.thread_members?.length ?? 0),
    thread_metadata: thread.thread,
    ...(thread.applied_tags && { applied_tags: thread.applied_tags }),
    ...(own && { member: renderThreadMember(thread.id, own) }),
  };
  return shown as typeof shown & APIThreadChannel;
}

export function renderThreadMember(threadId: Id, member: ThreadMember): APIThreadMember {
  return { id: threadId, user_id: member.user_id, join_timestamp: member.join_timestamp, flags: member.flags };
}

export function renderEvent(world: World, event: ScheduledEvent, withCount = false): APIGuildScheduledEvent {
  const shown = {
    id: event.id,
    guild_id: event.guild_id,
    channel_id: event.channel_id,
    creator_id: event.creator_id,
    creator: renderUserId(world, event.creator_id),
    name: event.name,
    description: event.description,
    image: event.image,
    scheduled_start_time: event.scheduled_start_time,
    scheduled_end_time: event.scheduled_end_time,
    privacy_level: event.privacy_level,
    status: event.status,
    entity_type: event.entity_type,
    entity_id: null,
    entity_metadata: event.location === null ? null : { location: event.location },
    recurrence_rule: event.recurrence_rule,
    guild_scheduled_event_exceptions: [],
    ...(withCount && { user_count: event.user_ids.length }),
  };
  return shown as typeof shown & APIGuildScheduledEvent;
}

/** With uses and age for who may manage it (`full`). */
export function renderInvite(world: World, invite: Invite, full: boolean): APIInvite {
  const guild = world.guilds.get(invite.guild_id);
  const channel = world.channels.get(invite.channel_id);
  const shown = {
    type: 0,
    code: invite.code,
    inviter: renderUserId(world, invite.inviter_id),
    expires_at: expiryOf(invite),
    flags: 0,
    guild_id: invite.guild_id,
    guild: guild && {
      id: guild.id,
      name: guild.name,
      splash: null,
      banner: null,
      description: guild.description,
      icon: guild.icon,
      features: guild.features,
      verification_level: guild.verification_level,
      vanity_url_code: null,
      nsfw_level: 0,
      nsfw: false,
      premium_subscription_count: 0,
    },
    channel: channel && { id: channel.id, type: channel.type, name: channel.name },
    roles: invite.role_ids.flatMap((id) => {
      const role = guild?.roles.get(id);
      if (!role) return [];
      const { name, position, color, unicode_emoji } = role;
      return [{ id, name, position, color, colors: renderRole(role).colors, icon: null, unicode_emoji }];
    }),
    ...(full && {
      max_age: invite.max_age,
      created_at: invite.created_at,
      uses: invite.uses,
      max_uses: invite.max_uses,
      temporary: invite.temporary,
    }),
    approximate_member_count: guild?.members.size ?? 0,
    approximate_presence_count: 0,
  };
  return shown as typeof shown & APIInvite;
}

export function expiryOf(invite: Invite): string | null {
  return invite.max_age === 0 ? null : new Date(Date.parse(invite.created_at) + invite.max_age * 1000).toISOString();
}

/** With its token for who may manage it. */
export function renderWebhook(world: World, webhook: Webhook, withToken: boolean): APIWebhook {
  const shown = {
    id: webhook.id,
    type: webhook.type,
    guild_id: webhook.guild_id,
    channel_id: webhook.channel_id,
    name: webhook.name,
    avatar: webhook.avatar,
    application_id: webhook.application_id,
    ...(webhook.user_id && { user: renderUserId(world, webhook.user_id) }),
    ...(withToken &&
      webhook.token && {
        token: webhook.token,
        url: `${world.origin}/api/webhooks/${webhook.id}/${webhook.token}`,
      }),
  };
  return shown as typeof shown & APIWebhook;
}

export function renderOnboarding(guild: Guild): APIGuildOnboarding {
  const shown = { guild_id: guild.id, ...guild.onboarding };
  return shown as typeof shown & APIGuildOnboarding;
}

/** A guild as its members list it. */
export function renderPartialGuild(guild: Guild, userId: Id, permissions: bigint) {
  return {
    id: guild.id,
    name: guild.name,
    icon: guild.icon,
    banner: null,
    owner: guild.owner_id === userId,
    permissions: permissions.toString(),
    features: guild.features,
    approximate_member_count: guild.members.size,
    approximate_presence_count: 0,
  };
}
