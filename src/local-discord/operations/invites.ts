/** Invites, with the roles they give and the uses they allow. */
import { PermissionFlagsBits as P } from 'discord-api-types/v10';
import { z } from 'zod';
import { allowedIn, demand, guildPlaceOf, standingIn } from '../access.js';
import { fail, invalid } from '../errors.js';
import { limits } from '../limits.js';
import type { Id, Invite } from '../model.js';
import { has, isThread, standsAbove } from '../permissions.js';
import { renderUserId } from '../render/people.js';
import { int, parseForm, snowflake } from '../validate/form.js';
import type { World } from '../world.js';

const inviteForm = z.object({
  max_age: int(0, limits.invite.maxAge).nullish(),
  max_uses: int(0, limits.invite.maxUses).nullish(),
  temporary: z.boolean().nullish(),
  unique: z.boolean().nullish(),
  role_ids: z.array(snowflake).max(limits.guild.roles).nullish(),
});

/**
 * Refuses: missingPermissions without CREATE_INSTANT_INVITE, or with roles without MANAGE_ROLES and a higher role;
 * unknownRole, invalidRole, maxInvites, invalidForm.
 */
export function createInvite(world: World, by: Id, channelId: Id, body: unknown): Invite {
  const place = guildPlaceOf(world, by, channelId, P.CreateInstantInvite);
  const { guild, member, channel, permissions } = place;
  if (isThread(channel)) fail('wrongChannelType');
  const form = parseForm(inviteForm, body);
  const roles = [...new Set(form.role_ids ?? [])];
  for (const id of roles) {
    demand(permissions, P.ManageRoles);
    const role = guild.roles.get(id);
    if (!role) return invalid('role_ids', 'INVALID_ROLE', 'Unknown role');
    if (role.managed || id === guild.id) fail('invalidRole');
    if (!standsAbove(guild, member, role)) fail('missingPermissions');
  }
  const same = (one: Invite) =>
    one.channel_id === channelId &&
    one.inviter_id === by &&
    one.max_age === (form.max_age ?? limits.invite.defaultAge) &&
    one.max_uses === (form.max_uses ?? 0) &&
    one.role_ids.join() === roles.join();
  if (!form.unique) for (const one of guildInvites(world, guild.id)) if (same(one)) return one;
  if (guildInvites(world, guild.id).length >= limits.guild.invites) fail('maxInvites');
  const invite: Invite = {
    code: world.newSecret(8),
    guild_id: guild.id,
    channel_id: channelId,
    inviter_id: by,
    created_at: world.iso(),
    max_age: form.max_age ?? limits.invite.defaultAge,
    max_uses: form.max_uses ?? 0,
    uses: 0,
    temporary: form.temporary ?? false,
    role_ids: roles,
  };
  world.invites.set(invite.code, invite);
  world.changed('invite', invite.code, guild.id, invite);
  world.emit({
    t: 'INVITE_CREATE',
    d: {
      channel_id: channelId,
      code: invite.code,
      created_at: invite.created_at,
      guild_id: guild.id,
      inviter: renderUserId(world, by),
      max_age: invite.max_age,
      max_uses: invite.max_uses,
      temporary: invite.temporary,
      uses: 0,
      type: 0,
    },
    guildId: guild.id,
    channelId,
  });
  return invite;
}

/** An invite that still works. Refuses: unknownInvite. */
export function findInvite(world: World, code: string): Invite {
  const invite = world.invites.get(code) ?? fail('unknownInvite');
  const over = invite.max_age > 0 && Date.parse(invite.created_at) + invite.max_age * 1000 <= world.now();
  if (over) {
    forgetInvite(world, invite);
    fail('unknownInvite');
  }
  return invite;
}

/** Counts a use; the last one takes the invite away. Refuses: unknownInvite, also for another guild's. */
export function takeInvite(world: World, guildId: Id, code: string): Invite {
  const invite = findInvite(world, code);
  if (invite.guild_id !== guildId) fail('unknownInvite');
  invite.uses += 1;
  if (invite.max_uses > 0 && invite.uses >= invite.max_uses) forgetInvite(world, invite);
  else world.changed('invite', code, guildId, invite);
  return invite;
}

function guildInvites(world: World, guildId: Id): Invite[] {
  return [...world.invites.values()].filter(
    (one) =>
      one.guild_id === guildId && (one.max_age === 0 || Date.parse(one.created_at) + one.max_age * 1000 > world.now()),
  );
}

/** Refuses: missingPermissions without MANAGE_GUILD or VIEW_AUDIT_LOG. */
export function listInvites(world: World, by: Id, guildId: Id): Invite[] {
  const { permissions } = standingIn(world, by, guildId);
  if (!has(permissions, P.ViewAuditLog)) demand(permissions, P.ManageGuild);
  return guildInvites(world, guildId);
}

/** Refuses: missingPermissions without MANAGE_CHANNELS. */
export function channelInvites(world: World, by: Id, channelId: Id): Invite[] {
  const { guild } = guildPlaceOf(world, by, channelId, P.ManageChannels);
  return guildInvites(world, guild.id).filter((one) => one.channel_id === channelId);
}

/** Refuses: unknownInvite, missingPermissions without MANAGE_CHANNELS there or MANAGE_GUILD. */
export function deleteInvite(world: World, by: Id, code: string): Invite {
  const invite = findInvite(world, code);
  const { permissions } = standingIn(world, by, invite.guild_id);
  if (!has(permissions, P.ManageGuild)) {
    allowedIn(world, by, invite.guild_id, 0n);
    guildPlaceOf(world, by, invite.channel_id, P.ManageChannels);
  }
  forgetInvite(world, invite);
  return invite;
}

function forgetInvite(world: World, { code, guild_id, channel_id }: Invite): void {
  world.invites.delete(code);
  world.changed('invite', code, guild_id, undefined);
  world.emit({ t: 'INVITE_DELETE', d: { channel_id, guild_id, code }, guildId: guild_id, channelId: channel_id });
}
