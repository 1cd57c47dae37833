/** What handlers are given beside the interaction. */
import type { Actor } from '../community/actor.js';
import type { Community } from '../community/community.js';
import type { SqliteFleet } from '../fleet/engines/sqlite/fleet.js';
import type { Herald } from '../fleet/herald.js';
import type { Shelf } from '../fleet/shelf.js';
import type { Guild } from '../platform/guild.js';
import type { GuildStore } from '../platform/guild-store.js';
import type { GuildUnavailable } from '../platform/guild-unavailable.js';
import type { Locale, Translator } from '../platform/i18n.js';
import type { Catalogue } from './catalogue.js';
import type { Granted } from './client.js';
import type { Faults } from './faults.js';
import type { Help } from './help.js';

interface Reader {
  readonly by: Actor;
  /** Texts in the reader's language, for ephemeral answers; public posts follow the guild's setting. */
  readonly t: Translator;
  readonly locale: Locale;
}

/** What is left when the guild's file cannot be used. */
export interface Bare extends Reader {
  readonly problem: GuildUnavailable;
}

export interface Context extends Reader {
  /** The rules of the guild that the interaction came from: one operation on it is one transaction. */
  readonly community: Community;
  /** Machines, hunts and findings of the guild, for use before the next `await`. */
  readonly fleet: () => SqliteFleet;
  /** Tells Discord of them. */
  readonly herald: () => Herald;
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
  /** The pages of /help for people who may do this much, in the translator's language. */
  readonly help: Help;
  /** Privileged intents, and whether Discord granted them. */
  readonly granted: Granted;
  readonly guilds: Pick<GuildStore, 'schemaVersion' | 'problems' | 'size'>;
  /** The texts of suites. */
  readonly shelf: Shelf;
  /** Where lent machines reach the bot; undefined where it serves no HTTP. */
  readonly workerUrl: string | undefined;
}
