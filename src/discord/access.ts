/** Who may do what. The only place that decides it: registration, the router, /help and the permission matrix read it here. */
import { PermissionFlagsBits } from 'discord.js';
import { type Actor, isHelper, isModerator, type StandingRoles } from '../community/actor.js';

/** From the widest to the narrowest. Whoever may do something narrow may do everything wider. */
export const ACCESS = ['everyone', 'helper', 'moderator', 'staff'] as const;
export type Access = (typeof ACCESS)[number];

/**
 * What Discord is told to ask for before it even offers a command. Helpers are a role of ours, which Discord cannot ask
 * for in advance, so their commands are offered to everyone and refused here.
 */
export const DISCORD_PERMISSIONS: Readonly<Record<Access, bigint | null>> = {
  everyone: null,
  helper: null,
  moderator: PermissionFlagsBits.ManageMessages,
  staff: PermissionFlagsBits.ManageGuild,
};

/** The narrowest thing that this person may do. */
export function accessOf(actor: Actor, roles: StandingRoles): Access {
  if (actor.manages) return 'staff';
  if (isModerator(actor, roles)) return 'moderator';
  return isHelper(actor, roles) ? 'helper' : 'everyone';
}

export function mayUse(has: Access, needs: Access): boolean {
  return ACCESS.indexOf(has) >= ACCESS.indexOf(needs);
}
