import { type Interaction, PermissionFlagsBits } from 'discord.js';
import type { Actor } from '../community/actor.js';
import { type Locale, localeOf } from '../platform/i18n.js';

const MODERATES = PermissionFlagsBits.ManageMessages | PermissionFlagsBits.ManageThreads;

/** The person who acted, from what Discord said about them in this very interaction. */
export function actorOf(interaction: Interaction<'cached'>, locale: Locale): Actor {
  const { member, memberPermissions: permissions } = interaction;
  return {
    id: interaction.user.id,
    locale,
    manages: permissions.has(PermissionFlagsBits.ManageGuild),
    moderates: permissions.any(MODERATES),
    // Looked up when a rule asks: it walks all roles of the guild, and most rules do not need it.
    get roles() {
      return [...member.roles.cache.keys()];
    },
  };
}

/** The language to answer in. Not even the locale of an interaction is taken on trust: answering faults needs it, too. */
export function readerOf(interaction: Pick<Interaction, 'locale'>): Locale {
  const reported: unknown = interaction.locale;
  return localeOf(typeof reported === 'string' ? reported : undefined);
}
