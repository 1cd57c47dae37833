/** Reading what was said. */
import { PermissionFlagsBits as P } from 'discord-api-types/v10';
import { demand, messageIn, placeOf } from '../access.js';
import type { Id, Message } from '../model.js';
import { has } from '../permissions.js';
import { compareIds, type World } from '../world.js';

export interface Cursor {
  readonly around?: Id;
  readonly before?: Id;
  readonly after?: Id;
  /** 1–100, 50 by default. */
  readonly limit?: number;
}

/** Messages of a channel, newest first. Nothing without READ_MESSAGE_HISTORY. Refuses: as placeOf. */
export function listMessages(
  world: World,
  by: Id,
  channelId: Id,
  { around, before, after, limit = 50 }: Cursor,
): Message[] {
  const { permissions } = placeOf(world, by, channelId);
  if (!has(permissions, P.ReadMessageHistory)) return [];
  const all = [...world.messages(channelId).values()];
  if (around) {
    const half = Math.floor(limit / 2);
    const older = all.filter(({ id }) => compareIds(id, around) <= 0).slice(-(half + 1));
    const newer = all.filter(({ id }) => compareIds(id, around) > 0).slice(0, limit - older.length);
    return [...older, ...newer].reverse();
  }
  if (after)
    return all
      .filter(({ id }) => compareIds(id, after) > 0)
      .slice(0, limit)
      .reverse();
  const until = before ? all.filter(({ id }) => compareIds(id, before) < 0) : all;
  return until.slice(-limit).reverse();
}

/** One message, as `by` may read it. Refuses: as placeOf, unknownMessage. */
export function readOne(world: World, by: Id, channelId: Id, messageId: Id): Message {
  const { permissions } = placeOf(world, by, channelId);
  demand(permissions, P.ReadMessageHistory);
  return messageIn(world, channelId, messageId);
}
