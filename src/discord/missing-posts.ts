/** Posts that a list shows and that Discord no longer has: they were deleted while the bot was not there to hear of it. */
import { type Client, DiscordAPIError, RESTJSONErrorCodes, Routes } from 'discord.js';
import { LRUCache } from 'lru-cache';

/** What is deleted while the bot is there, it is told of: so often is enough. Milliseconds. */
const SURE_MS = 3_600_000;

/** By client: what it was told that it is there. */
const sure = new WeakMap<Client, LRUCache<string, true>>();

function sureOf(client: Client): LRUCache<string, true> {
  const known = sure.get(client) ?? new LRUCache({ max: 10_000, ttl: SURE_MS });
  sure.set(client, known);
  return known;
}

/** Those of these threads that Discord does not know. Active ones are at hand; about others it is asked, each once an hour. Never rejects. */
export async function missingPosts(client: Client, threads: readonly string[]): Promise<string[]> {
  const there = sureOf(client);
  const doubtful = threads.filter((id) => !client.channels.cache.has(id) && !there.has(id));
  const found = await Promise.all(
    doubtful.map(async (id) => {
      try {
        await client.rest.get(Routes.channel(id));
        there.set(id, true);
        return [];
      } catch (error) {
        // Whatever else Discord says, the post may be there.
        return error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.UnknownChannel ? [id] : [];
      }
    }),
  );
  return found.flat();
}
