/** What a handler is given beside the interaction. */
import type { Actor } from '../community/actor.js';
import type { Community } from '../community/community.js';
import type { Guild } from '../platform/guild.js';
import type { Locale, Translator } from '../platform/i18n.js';
import type { Catalogue } from './catalogue.js';
import type { Faults } from './faults.js';

export interface Context {
  /** The rules of the guild that the interaction came from: one operation on it is one transaction. */
  readonly community: Community;
  readonly by: Actor;
  /** Texts in the reader's language, for ephemeral answers; public posts follow the guild's setting. */
  readonly t: Translator;
  readonly locale: Locale;
  /** When the interaction arrived, in milliseconds. */
  readonly now: number;
  /** The guild's file; its outbox is what /doctor looks at. Rules go through `community`. */
  readonly guild: Guild;
  readonly system: System;
}

/** What commands about the bot itself show. */
export interface System {
  readonly catalogue: Catalogue;
  readonly faults: Faults;
}
