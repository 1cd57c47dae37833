/** Ephemeral messages: seen by one person, in their client's memory only. */
import type { Id, Message } from '../model.js';

/** So many stay on one person's screen in one channel; the oldest scroll away. */
const KEPT = 200;

export interface PrivateMessages {
  keep(userId: Id, message: Message): void;
  /** In order of creation. */
  list(userId: Id, channelId: Id): readonly Message[];
  get(userId: Id, channelId: Id, messageId: Id): Message | undefined;
  /** False when it was not there. */
  remove(userId: Id, channelId: Id, messageId: Id): boolean;
}

export function createPrivateMessages(): PrivateMessages {
  const screens = new Map<string, Map<Id, Message>>();
  const at = (userId: Id, channelId: Id) => screens.get(`${userId}/${channelId}`);

  return {
    keep(userId, message) {
      const screen = at(userId, message.channel_id) ?? new Map<Id, Message>();
      screens.set(`${userId}/${message.channel_id}`, screen);
      screen.set(message.id, message);
      for (const oldest of screen.keys()) {
        if (screen.size <= KEPT) break;
        screen.delete(oldest);
      }
    },
    list: (userId, channelId) => [...(at(userId, channelId)?.values() ?? [])],
    get: (userId, channelId, messageId) => at(userId, channelId)?.get(messageId),
    remove: (userId, channelId, messageId) => at(userId, channelId)?.delete(messageId) ?? false,
  };
}
