/** Slow mode: how soon a person may write again, or start another thread. Bots and whoever manages the place are exempt. */
import { PermissionFlagsBits as P } from 'discord-api-types/v10';
import type { Place } from '../access.js';
import { DiscordError } from '../errors.js';
import type { Id } from '../model.js';
import type { World } from '../world.js';

const EXEMPTS = P.ManageMessages | P.ManageChannels | P.BypassSlowmode;

/** Refuses: slowmode. Returns what to do once it was written or started: from then on the next one waits. */
export function awaitTurn(
  world: World,
  by: Id,
  { channel, permissions }: Place,
  what: 'message' | 'thread',
): () => void {
  const wait = channel.rate_limit_per_user * 1000;
  if (wait === 0 || world.users.get(by)?.bot || (permissions & EXEMPTS) !== 0n) return () => {};
  const key = `${what} ${channel.id} ${by}`;
  const left = (world.turns.get(key) ?? Number.NEGATIVE_INFINITY) + wait - world.now();
  if (left > 0) throw new DiscordError('slowmode', { retryAfter: left / 1000 });
  return () => void world.turns.set(key, world.now());
}
