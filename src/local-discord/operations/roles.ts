/** Roles: made, changed, moved and deleted, below one's own highest. */
import { PermissionFlagsBits as P } from 'discord-api-types/v10';
import { z } from 'zod';
import { allowedIn, roleOf, type Standing } from '../access.js';
import { fail, invalid } from '../errors.js';
import { limits } from '../limits.js';
import type { Guild, Id, Role } from '../model.js';
import { compareRoles, has, highestRole, standsAbove } from '../permissions.js';
import { renderRole } from '../render/guilds.js';
import { int, parseForm, permissionBits, snowflake, text } from '../validate/form.js';
import type { World } from '../world.js';
import { memberChanged } from './members.js';

const roleForm = z.object({
  name: text(0, limits.role.name).nullish(),
  permissions: permissionBits.nullish(),
  color: int(0, 0xffffff).nullish(),
  colors: z.object({ primary_color: int(0, 0xffffff).nullish() }).nullish(),
  hoist: z.boolean().nullish(),
  mentionable: z.boolean().nullish(),
  unicode_emoji: z.string().max(100).nullish(),
});

/** Nobody grants what they do not have. */
function demandOwn(standing: Standing, permissions: bigint): void {
  if (!has(standing.permissions, P.Administrator) && (permissions & ~standing.permissions) !== 0n)
    fail('missingPermissions');
}

/** Refuses: missingPermissions without MANAGE_ROLES or for permissions one lacks, maxRoles, invalidForm. */
export function createRole(world: World, by: Id, guildId: Id, body: unknown): Role {
  const standing = allowedIn(world, by, guildId, P.ManageRoles);
  const { guild } = standing;
  const form = parseForm(roleForm, body);
  if (guild.roles.size >= limits.guild.roles) fail('maxRoles');
  const everyone = roleOf(guild, guild.id);
  if (form.permissions !== undefined && form.permissions !== null) demandOwn(standing, BigInt(form.permissions));
  const role: Role = {
    id: world.newId(),
    name: form.name?.trim() || 'new role',
    color: form.colors?.primary_color ?? form.color ?? 0,
    hoist: form.hoist ?? false,
    // New roles stand just above @everyone; of several at one position the older is higher.
    position: 1,
    permissions: form.permissions ?? everyone.permissions,
    managed: false,
    mentionable: form.mentionable ?? false,
    unicode_emoji: form.unicode_emoji ?? null,
  };
  guild.roles.set(role.id, role);
  world.changed('role', role.id, guildId, role);
  announceRole(world, guild, role, 'GUILD_ROLE_CREATE');
  return role;
}

/** Refuses: unknownRole, missingPermissions (hierarchy too), invalidForm. */
export function updateRole(world: World, by: Id, guildId: Id, roleId: Id, body: unknown): Role {
  const standing = allowedIn(world, by, guildId, P.ManageRoles);
  const { guild, member } = standing;
  const role = roleOf(guild, roleId);
  if (!standsAbove(guild, member, role)) fail('missingPermissions');
  const form = parseForm(roleForm, body);
  if (form.permissions !== undefined && form.permissions !== null) {
    // Only what changes must be one's own to give.
    demandOwn(standing, BigInt(form.permissions) ^ BigInt(role.permissions));
    role.permissions = form.permissions;
  }
  if (form.name !== undefined && form.name !== null && roleId !== guildId) role.name = form.name.trim() || role.name;
  role.color = form.colors?.primary_color ?? form.color ?? role.color;
  role.hoist = form.hoist ?? role.hoist;
  role.mentionable = form.mentionable ?? role.mentionable;
  if (form.unicode_emoji !== undefined) role.unicode_emoji = form.unicode_emoji;
  world.changed('role', role.id, guildId, role);
  announceRole(world, guild, role, 'GUILD_ROLE_UPDATE');
  return role;
}

const positionsForm = z.array(z.object({ id: snowflake, position: z.number().int().min(0).nullish() }));

/** Refuses: missingPermissions for a role, or a place, at or above one's own highest. */
export function moveRoles(world: World, by: Id, guildId: Id, body: unknown): Role[] {
  const { guild, member } = allowedIn(world, by, guildId, P.ManageRoles);
  const moves = parseForm(positionsForm, body);
  const own = highestRole(guild, member);
  const isOwner = guild.owner_id === by;
  for (const { id, position } of moves) {
    const role = roleOf(guild, id);
    if (id === guildId && position) invalid('', 'ROLE_EVERYONE_POSITION', 'The @everyone role cannot be moved.');
    if (!isOwner && (!standsAbove(guild, member, role) || (own && (position ?? 0) >= own.position)))
      fail('missingPermissions');
  }
  for (const { id, position } of moves) {
    const role = roleOf(guild, id);
    if (position === undefined || position === null || role.position === position) continue;
    role.position = position;
    world.changed('role', id, guildId, role);
    announceRole(world, guild, role, 'GUILD_ROLE_UPDATE');
  }
  return [...guild.roles.values()].sort(compareRoles);
}

/** Refuses: unknownRole, invalidRole for @everyone and managed ones, missingPermissions. */
export function deleteRole(world: World, by: Id, guildId: Id, roleId: Id): void {
  const { guild, member } = allowedIn(world, by, guildId, P.ManageRoles);
  const role = roleOf(guild, roleId);
  if (role.id === guildId || role.managed) fail('invalidRole');
  if (!standsAbove(guild, member, role)) fail('missingPermissions');
  guild.roles.delete(roleId);
  world.changed('role', roleId, guildId, undefined);
  for (const one of guild.members.values())
    if (one.roles.includes(roleId)) {
      one.roles = one.roles.filter((id) => id !== roleId);
      memberChanged(world, one);
    }
  world.emit({ t: 'GUILD_ROLE_DELETE', d: { guild_id: guildId, role_id: roleId }, guildId });
}

export function announceRole(
  world: World,
  guild: Guild,
  role: Role,
  t: 'GUILD_ROLE_CREATE' | 'GUILD_ROLE_UPDATE',
): void {
  world.emit({ t, d: { guild_id: guild.id, role: renderRole(role) }, guildId: guild.id });
}
