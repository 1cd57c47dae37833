/** Who does something, as the rules see them. */
import type { Locale } from '../platform/i18n.js';

/** A member in the act of doing something. Built at the edge from what Discord says about them at that moment. */
export interface Actor {
  readonly id: string;
  readonly roles: readonly string[];
  /** Discord lets them manage this server: they are staff. */
  readonly manages: boolean;
  /** Discord lets them manage other people's messages or threads here. */
  readonly moderates: boolean;
  readonly locale: Locale;
}

/** How much a word about a question weighs: a moderator's over the asker's over a helper's. */
export const STANDINGS = ['helper', 'asker', 'moderator'] as const;
export type Standing = (typeof STANDINGS)[number];

/** True when the first word weighs more than the second. Anything outranks no word at all. */
export function outranks(one: Standing | undefined, other: Standing | undefined): boolean {
  return rank(one) > rank(other);
}

function rank(standing: Standing | undefined): number {
  return standing ? STANDINGS.indexOf(standing) : -1;
}

/** The roles that the server gave a meaning to; absent until /setup made or adopted them. */
export interface StandingRoles {
  readonly helper?: string;
  readonly moderator?: string;
}

export function isModerator(actor: Actor, roles: StandingRoles): boolean {
  return actor.manages || actor.moderates || holds(actor, roles.moderator);
}

export function isHelper(actor: Actor, roles: StandingRoles): boolean {
  return holds(actor, roles.helper);
}

/** The heaviest word that the actor has about something that `asker` asked; undefined for a bystander. */
export function standingOf(actor: Actor, asker: string, roles: StandingRoles): Standing | undefined {
  if (isModerator(actor, roles)) return 'moderator';
  if (actor.id === asker) return 'asker';
  return isHelper(actor, roles) ? 'helper' : undefined;
}

function holds(actor: Actor, role: string | undefined): boolean {
  return role !== undefined && actor.roles.includes(role);
}
