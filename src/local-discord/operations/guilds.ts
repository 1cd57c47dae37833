/** Guilds: founded, joined by bots, changed. */
import { PermissionFlagsBits as P } from 'discord-api-types/v10';
import { z } from 'zod';
import { allowedIn } from '../access.js';
import { invalid } from '../errors.js';
import { limits } from '../limits.js';
import type { Application, Guild, Id, Role } from '../model.js';
import { renderGuild, renderGuildCreate } from '../render/guilds.js';
import { int, parseForm, snowflake, text } from '../validate/form.js';
import type { World } from '../world.js';
import { addMember } from './members.js';
import { announceRole } from './roles.js';

/** What @everyone may do in a fresh guild, as Discord sets it. */
export const EVERYONE: bigint =
  P.ViewChannel |
  P.SendMessages |
  P.SendMessagesInThreads |
  P.CreatePublicThreads |
  P.CreatePrivateThreads |
  P.EmbedLinks |
  P.AttachFiles |
  P.AddReactions |
  P.UseExternalEmojis |
  P.ReadMessageHistory |
  P.UseApplicationCommands |
  P.ChangeNickname |
  P.CreateInstantInvite |
  P.SendPolls |
  P.Connect |
  P.Speak;

export interface NewGuild {
  readonly name: string;
  readonly ownerId: Id;
  readonly locale?: string;
  readonly description?: string;
  /** COMMUNITY and NEWS by default: forums, announcements and onboarding. */
  readonly features?: readonly string[];
}

/** Founds an empty guild with its owner in it. */
export function createGuild(world: World, { name, ownerId, locale = 'en-US', description, features }: NewGuild): Guild {
  const id = world.newId();
  const guild: Guild = {
    id,
    name,
    icon: null,
    description: description ?? null,
    owner_id: ownerId,
    preferred_locale: locale,
    features: [...(features ?? ['COMMUNITY', 'NEWS'])],
    verification_level: 1,
    default_message_notifications: 1,
    explicit_content_filter: 2,
    mfa_level: 0,
    afk_channel_id: null,
    afk_timeout: 300,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    public_updates_channel_id: null,
    premium_tier: 0,
    onboarding: { prompts: [], default_channel_ids: [], enabled: false, mode: 0 },
    emojis: [],
    bans: [],
    roles: new Map(),
    members: new Map(),
    channels: new Map(),
    threads: new Map(),
    events: new Map(),
  };
  const everyone: Role = {
    id,
    name: '@everyone',
    color: 0,
    hoist: false,
    position: 0,
    permissions: EVERYONE.toString(),
    managed: false,
    mentionable: false,
    unicode_emoji: null,
  };
  guild.roles.set(id, everyone);
  world.guilds.set(id, guild);
  saveGuild(world, guild);
  world.changed('role', id, id, everyone);
  addMember(world, guild, ownerId);
  return guild;
}

/** Adds a bot with a managed role of its own that has exactly `permissions`, as an invite link does. */
export function addBot(world: World, guild: Guild, application: Application, permissions: bigint): Role {
  const role: Role = {
    id: world.newId(),
    name: application.name,
    color: 0,
    hoist: false,
    position: 1,
    permissions: permissions.toString(),
    managed: true,
    mentionable: false,
    unicode_emoji: null,
    bot_id: application.bot_id,
  };
  guild.roles.set(role.id, role);
  world.changed('role', role.id, guild.id, role);
  announceRole(world, guild, role, 'GUILD_ROLE_CREATE');
  addMember(world, guild, application.bot_id, [role.id]);
  return role;
}

const guildForm = z.object({
  name: text(limits.guild.name.least, limits.guild.name.most).optional(),
  description: text(0, 300).nullish(),
  verification_level: int(0, 4).nullish(),
  default_message_notifications: int(0, 1).nullish(),
  explicit_content_filter: int(0, 2).nullish(),
  afk_channel_id: snowflake.nullish(),
  afk_timeout: z.number().int().optional(),
  system_channel_id: snowflake.nullish(),
  system_channel_flags: z.number().int().nonnegative().optional(),
  rules_channel_id: snowflake.nullish(),
  public_updates_channel_id: snowflake.nullish(),
  preferred_locale: z.string().max(10).nullish(),
  features: z.array(z.string()).nullish(),
});

/** Refuses: missingPermissions without MANAGE_GUILD, invalidForm. */
export function updateGuild(world: World, by: Id, guildId: Id, body: unknown): Guild {
  const { guild } = allowedIn(world, by, guildId, P.ManageGuild);
  const form = parseForm(guildForm, body);
  for (const key of ['afk_channel_id', 'system_channel_id', 'rules_channel_id', 'public_updates_channel_id'] as const) {
    const id = form[key];
    if (id && !guild.channels.has(id)) invalid(key, 'CHANNEL_NOT_FOUND', 'Channel not found.');
    if (id !== undefined) guild[key] = id;
  }
  for (const key of ['verification_level', 'default_message_notifications', 'explicit_content_filter'] as const) {
    const level = form[key];
    if (level !== undefined && level !== null) guild[key] = level;
  }
  if (form.name !== undefined) guild.name = form.name.trim();
  if (form.description !== undefined) guild.description = form.description;
  if (form.afk_timeout !== undefined) guild.afk_timeout = form.afk_timeout;
  if (form.system_channel_flags !== undefined) guild.system_channel_flags = form.system_channel_flags;
  if (form.preferred_locale) guild.preferred_locale = form.preferred_locale;
  if (form.features) guild.features = form.features;
  guildChanged(world, guild);
  return guild;
}

export function guildChanged(world: World, guild: Guild): void {
  saveGuild(world, guild);
  world.emit({ t: 'GUILD_UPDATE', d: renderGuild(world, guild), guildId: guild.id });
}

export function saveGuild(world: World, guild: Guild): void {
  world.changed('guild', guild.id, '', guild);
}

/** Tells a user, who just became a member, of the guild. */
export function announceGuild(world: World, guild: Guild, userId: Id): void {
  if (!world.heard) return;
  world.emit({ t: 'GUILD_CREATE', d: renderGuildCreate(world, guild, userId, false), guildId: guild.id, userId });
}
