/** Members: joining and leaving, roles given and taken, nicknames, time-outs, kicks and bans. */
import { MessageType, PermissionFlagsBits as P } from 'discord-api-types/v10';
import { z } from 'zod';
import { allowedIn, demand, memberOf, type Standing, standingIn } from '../access.js';
import { fail, invalid } from '../errors.js';
import { limits } from '../limits.js';
import type { Guild, Id, Member, Role } from '../model.js';
import { guildPermissions, has, outranks, standsAbove } from '../permissions.js';
import { renderMember, renderUserId } from '../render/people.js';
import { int, parseForm, snowflake, text, time } from '../validate/form.js';
import type { World } from '../world.js';
import { announceGuild, saveGuild } from './guilds.js';
import { takeInvite } from './invites.js';
import { publish } from './messages.js';
import { systemMessage } from './system-message.js';
import { removeThreadMember } from './thread-members.js';

/** Becomes a member; with an invite, counts its use and takes its roles. Refuses: unknownGuild, unknownInvite, missingAccess when banned. */
export function joinGuild(world: World, userId: Id, guildId: Id, inviteCode?: string): Member {
  const guild = world.guilds.get(guildId) ?? fail('unknownGuild');
  if (guild.bans.some((ban) => ban.user_id === userId)) fail('missingAccess');
  const already = guild.members.get(userId);
  if (already) return already;
  const invite = inviteCode === undefined ? undefined : takeInvite(world, guildId, inviteCode);
  const member = addMember(world, guild, userId, invite?.role_ids ?? []);
  const system = guild.system_channel_id && guild.channels.get(guild.system_channel_id);
  // Bit 1 of the flags switches the greeting off.
  if (system && (guild.system_channel_flags & 1) === 0 && !world.users.get(userId)?.bot)
    publish(world, system, systemMessage(world, system, userId, MessageType.UserJoin));
  return member;
}

/** Adds a user without asking anyone, tells them of the guild and the others of them. */
export function addMember(world: World, guild: Guild, userId: Id, roles: readonly Id[] = []): Member {
  const member: Member = {
    user_id: userId,
    guild_id: guild.id,
    nick: null,
    roles: roles.filter((id) => guild.roles.has(id)),
    joined_at: world.iso(),
    flags: 0,
    pending: false,
    mute: false,
    deaf: false,
    communication_disabled_until: null,
  };
  guild.members.set(userId, member);
  saveMember(world, member);
  announceGuild(world, guild, userId);
  world.emit({ t: 'GUILD_MEMBER_ADD', d: { ...renderMember(world, member), guild_id: guild.id }, guildId: guild.id });
  return member;
}

/** Refuses: unknownGuild; invalidForm for the owner, who cannot leave. */
export function leaveGuild(world: World, userId: Id, guildId: Id): void {
  const { guild } = standingIn(world, userId, guildId);
  if (guild.owner_id === userId) invalid('guild_id', 'GUILD_OWNER_CANNOT_LEAVE', 'You cannot leave a server you own.');
  removeMember(world, guild, userId);
}

function removeMember(world: World, guild: Guild, userId: Id): void {
  for (const thread of guild.threads.values()) removeThreadMember(world, thread, userId);
  guild.members.delete(userId);
  world.changed('member', `${guild.id}:${userId}`, guild.id, undefined);
  for (const role of [...guild.roles.values()])
    if (role.bot_id === userId) {
      guild.roles.delete(role.id);
      world.changed('role', role.id, guild.id, undefined);
      world.emit({ t: 'GUILD_ROLE_DELETE', d: { guild_id: guild.id, role_id: role.id }, guildId: guild.id });
    }
  world.emit({ t: 'GUILD_DELETE', d: { id: guild.id }, guildId: guild.id, userId });
  world.emit({
    t: 'GUILD_MEMBER_REMOVE',
    d: { guild_id: guild.id, user: renderUserId(world, userId) },
    guildId: guild.id,
  });
}

function above(by: Standing, other: Member): void {
  if (!outranks(by.guild, by.member, other)) fail('missingPermissions');
}

/** Refuses: missingPermissions without KICK_MEMBERS or below them, unknownMember. */
export function kick(world: World, by: Id, guildId: Id, userId: Id): void {
  const standing = allowedIn(world, by, guildId, P.KickMembers);
  above(standing, memberOf(standing.guild, userId));
  removeMember(world, standing.guild, userId);
}

const banForm = z.object({ delete_message_seconds: int(0, 604_800).nullish() });
/** Refuses: missingPermissions without BAN_MEMBERS or below them, unknownUser. */
export function ban(world: World, by: Id, guildId: Id, userId: Id, body: unknown, reason: string | null): void {
  const standing = allowedIn(world, by, guildId, P.BanMembers);
  parseForm(banForm, body);
  const { guild } = standing;
  if (!world.users.has(userId)) fail('unknownUser');
  const member = guild.members.get(userId);
  if (member) {
    above(standing, member);
    removeMember(world, guild, userId);
  }
  guild.bans = [...guild.bans.filter((one) => one.user_id !== userId), { user_id: userId, reason }];
  saveGuild(world, guild);
  const user = renderUserId(world, userId);
  world.emit({ t: 'GUILD_BAN_ADD', d: { guild_id: guildId, user }, guildId });
}

/** Refuses: missingPermissions, unknownBan. */
export function unban(world: World, by: Id, guildId: Id, userId: Id): void {
  const { guild } = allowedIn(world, by, guildId, P.BanMembers);
  if (!guild.bans.some((one) => one.user_id === userId)) fail('unknownBan');
  guild.bans = guild.bans.filter((one) => one.user_id !== userId);
  saveGuild(world, guild);
  world.emit({ t: 'GUILD_BAN_REMOVE', d: { guild_id: guildId, user: renderUserId(world, userId) }, guildId });
}

/** A role that `by` may give and take. Refuses: unknownRole, invalidRole for managed ones, missingPermissions. */
function grantable({ guild, member }: Standing, roleId: Id): Role {
  const role = guild.roles.get(roleId) ?? fail('unknownRole');
  if (!standsAbove(guild, member, role)) fail('missingPermissions');
  if (role.managed || role.id === guild.id) fail('invalidRole');
  return role;
}

/** Refuses: missingPermissions without MANAGE_ROLES or below the role, unknownMember, unknownRole, invalidRole. */
export function setRole(world: World, by: Id, guildId: Id, userId: Id, roleId: Id, given: boolean): void {
  const standing = allowedIn(world, by, guildId, P.ManageRoles);
  const member = memberOf(standing.guild, userId);
  grantable(standing, roleId);
  if (member.roles.includes(roleId) === given) return;
  member.roles = given ? [...member.roles, roleId] : member.roles.filter((id) => id !== roleId);
  memberChanged(world, member);
}

const memberForm = z.object({
  nick: text(0, limits.member.nick).nullish(),
  roles: z.array(snowflake).nullish(),
  mute: z.boolean().nullish(),
  deaf: z.boolean().nullish(),
  communication_disabled_until: time.nullish(),
  flags: z.number().int().nullish(),
  channel_id: snowflake.nullish(),
});

/** Refuses: missingPermissions by field and by hierarchy, unknownMember, unknownRole, invalidForm. */
export function updateMember(world: World, by: Id, guildId: Id, userId: Id, body: unknown): Member {
  const standing = standingIn(world, by, guildId);
  const { guild, permissions } = standing;
  const member = memberOf(guild, userId);
  const form = parseForm(memberForm, body);
  if (form.nick !== undefined) {
    if (by === userId) demand(permissions, P.ChangeNickname);
    else {
      demand(permissions, P.ManageNicknames);
      above(standing, member);
    }
  }
  const wanted = form.roles === undefined || form.roles === null ? undefined : [...new Set(form.roles)];
  if (wanted) {
    demand(permissions, P.ManageRoles);
    const changed = [
      ...wanted.filter((id) => !member.roles.includes(id)),
      ...member.roles.filter((id) => !wanted.includes(id)),
    ];
    for (const id of changed) grantable(standing, id);
  }
  if (form.mute !== undefined) demand(permissions, P.MuteMembers);
  if (form.deaf !== undefined) demand(permissions, P.DeafenMembers);
  const until = form.communication_disabled_until;
  if (until !== undefined) {
    demand(permissions, P.ModerateMembers);
    above(standing, member);
    if (until !== null && has(guildPermissions(guild, member, world.now()), P.Administrator))
      fail('missingPermissions');
    if (until !== null && Date.parse(until) > world.now() + limits.member.timeoutMs)
      invalid(
        'communication_disabled_until',
        'MEMBER_TIMEOUT_TOO_LONG',
        'Value must be no more than 28 days in the future.',
      );
  }
  if (form.nick !== undefined) member.nick = form.nick || null;
  if (wanted) member.roles = wanted;
  if (typeof form.mute === 'boolean') member.mute = form.mute;
  if (typeof form.deaf === 'boolean') member.deaf = form.deaf;
  if (until !== undefined) member.communication_disabled_until = until === null ? null : new Date(until).toISOString();
  memberChanged(world, member);
  return member;
}

export function memberChanged(world: World, member: Member): void {
  saveMember(world, member);
  world.emit({
    t: 'GUILD_MEMBER_UPDATE',
    d: { ...renderMember(world, member), guild_id: member.guild_id },
    guildId: member.guild_id,
  });
}

export function saveMember(world: World, member: Member): void {
  world.changed('member', `${member.guild_id}:${member.user_id}`, member.guild_id, member);
}
