import type { Guild } from './guild.js';
import type { Json } from './json.js';
import type { Made } from './outbox.js';

/** What follows a delivered effect, by name: synchronous, in the transaction that notes the delivery. `made` is absent where Discord answers with nothing. */
export type Continuations = Readonly<Record<string, (guild: Guild, arg: Json, made: Made | undefined) => void>>;
