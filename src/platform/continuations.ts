import type { Guild } from './guild.js';
import type { Json } from './json.js';
import type { Made } from './outbox.js';

/** What follows a delivered effect, by name: synchronous, in the transaction that notes the delivery. `made` is absent where Discord answers with nothing. */
export type Continuations = Readonly<Record<string, (guild: Guild, arg: Json, made: Made | undefined) => void>>;

/**
 * What follows, by the same names, when an effect was given up for now: Discord refuses it, and it waits for staff. Each time
 * that they tried it again in vain, too. Synchronous, in the transaction that parks it.
 */
export type Refusals = Readonly<Record<string, (guild: Guild, arg: Json) => void>>;
