import { type REST, Routes } from 'discord.js';
import type {
  APIChannel,
  APIGuildScheduledEvent,
  APIMessage,
  APIRole,
  APIThreadChannel,
  RESTGetAPIGuildThreadsResult,
  RESTPostAPIGuildChannelJSONBody,
} from 'discord-api-types/v10';
import type { Effect, MessageBody } from '../platform/effects.js';
import type { OutboxRow } from '../platform/outbox.js';
import { fingerprint } from './fingerprint.js';

/** Our clock and Discord's may differ by as much; milliseconds. */
const SKEW_MS = 5 * 60_000;
const DISCORD_EPOCH = 1_420_070_400_000;
const MOST_PAGES = 20;

/** The smallest id that something made at `time` can have. */
const idAt = (time: number): string => String(BigInt(Math.max(time - DISCORD_EPOCH, 0)) << 22n);

export interface LookDeps {
  readonly rest: REST;
  readonly signal: AbortSignal;
  /** The bot's own user id. */
  readonly self: string;
  /** Was this made by another delivery? */
  readonly isKnown: (id: string) => boolean;
}

export type Look = ReturnType<typeof createLook>;

/** Finds what an attempt whose end is unknown has made; each answers undefined when there is nothing. */
export function createLook({ rest, signal, self, isKnown }: LookDeps) {
  const get = async <T>(route: `/${string}`, query?: Record<string, string>): Promise<T> =>
    (await rest.get(route, { signal, query: query && new URLSearchParams(query) })) as T;

  const ours = (message: APIMessage, wanted: string, nonce: string): boolean =>
    message.author.id === self &&
    (String(message.nonce ?? '') === nonce || (fingerprint(message) === wanted && !isKnown(message.id)));

  return {
    async message(channel: string, body: MessageBody, row: OutboxRow): Promise<APIMessage | undefined> {
      const wanted = fingerprint(body);
      let after = idAt(row.created - SKEW_MS);
      for (let page = 0; page < MOST_PAGES; page++) {
        const messages = await get<APIMessage[]>(Routes.channelMessages(channel), { after, limit: '100' });
        const found = messages.find((message) => ours(message, wanted, row.nonce));
        if (found) return found;
        if (messages.length < 100) return undefined;
        after = messages.reduce((last, { id }) => (BigInt(id) > BigInt(last) ? id : last), after);
      }
      return undefined;
    },

    /** A thread by its name, and by its first message where there is one to compare. */
    async thread(
      guild: string,
      { parent, name, message }: { parent: string; name: string; message?: MessageBody },
      row: OutboxRow,
    ): Promise<APIThreadChannel | undefined> {
      const since = BigInt(idAt(row.created - SKEW_MS));
      const active = await get<RESTGetAPIGuildThreadsResult>(Routes.guildActiveThreads(guild));
      const archived = await get<{ threads: APIChannel[] }>(Routes.channelThreads(parent, 'public'), { limit: '50' });
      for (const thread of [...active.threads, ...archived.threads] as APIThreadChannel[]) {
        if (thread.parent_id !== parent || thread.name !== name.trim() || thread.owner_id !== self) continue;
        if (BigInt(thread.id) < since || isKnown(thread.id)) continue;
        if (!message) return thread;
        const first = await get<APIMessage>(Routes.channelMessage(thread.id, thread.id));
        if (fingerprint(first) === fingerprint(message)) return thread;
      }
      return undefined;
    },

    /** A role that people or we made, by name. */
    async role(guild: string, name: string): Promise<APIRole | undefined> {
      const roles = await get<APIRole[]>(Routes.guildRoles(guild));
      return roles.find((role) => role.name === name && !role.managed && role.id !== guild);
    },

    async channel(guild: string, body: RESTPostAPIGuildChannelJSONBody): Promise<APIChannel | undefined> {
      const channels = await get<(APIChannel & { parent_id?: string | null })[]>(Routes.guildChannels(guild));
      return channels.find(
        (channel) =>
          channel.type === (body.type ?? 0) &&
          channelName(channel.name ?? '') === channelName(body.name) &&
          (channel.parent_id ?? null) === (body.parent_id ?? null),
      );
    },

    async event(
      guild: string,
      body: Extract<Effect, { kind: 'event.create' }>['body'],
    ): Promise<APIGuildScheduledEvent | undefined> {
      const events = await get<APIGuildScheduledEvent[]>(Routes.guildScheduledEvents(guild));
      return events.find(
        (event) =>
          event.creator_id === self &&
          event.name === body.name &&
          Date.parse(event.scheduled_start_time) === Date.parse(body.scheduled_start_time) &&
          !isKnown(event.id),
      );
    },
  };
}

/** Text channels' names are lowered and hyphenated by Discord. */
const channelName = (name: string): string => name.trim().toLowerCase().replace(/\s+/g, '-');
