/** A local Discord with a small town in it, and the unchanged discord.js client to log in to it. */
import { Client, type ClientOptions, Events, GatewayIntentBits } from 'discord.js';
import { type LocalDiscord, type LocalDiscordOptions, startLocalDiscord } from '../../src/local-discord/index.js';
import type { NewBot } from '../../src/local-discord/operations/users.js';
import { settle } from './town.js';

export type Town = ReturnType<typeof settle> & { readonly local: LocalDiscord };

/** Held against Discord's contract where DISCORD_OPENAPI names it. */
export async function startTown(
  options: Omit<LocalDiscordOptions, 'seed'> & { privileged?: NewBot['privileged'] } = {},
): Promise<Town> {
  const { privileged, ...rest } = options;
  let town: ReturnType<typeof settle> | undefined;
  const local = await startLocalDiscord({
    rateLimits: 'off',
    openapi: process.env.DISCORD_OPENAPI || undefined,
    onFault: (error, line) => console.error(line, error),
    ...rest,
    seed: (world) => {
      town = settle(world, privileged);
    },
  });
  if (!town) throw new Error('the town was not seeded');
  return { ...town, local };
}

/** A discord.js client, ready. */
export async function login(
  { apiUrl, token }: { apiUrl: string; token: string },
  intents: readonly GatewayIntentBits[] = [GatewayIntentBits.Guilds],
  options: Partial<ClientOptions> = {},
): Promise<Client<true>> {
  const client = new Client({ intents, rest: { api: apiUrl }, ...options });
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(token);
  return ready;
}
