import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { neededPermissions } from '../discord/invite.js';
import type { Environment } from '../platform/env.js';
import type { Log } from '../platform/log.js';
import { packageRoot } from '../platform/paths.js';
import { localDiscordFile } from './data-dir.js';
import type { Terminal } from './index.js';

/** A Discord on this machine, for the bot to live in. */
export interface Neighbour {
  readonly api: string;
  readonly token: string;
  /** Its page. */
  readonly url: string;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const TRIES = 50;

const isFree = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** This port, or the next one that nobody listens on. */
export async function nextFreePort(host: string, first: number): Promise<number> {
  if (first === 0) return 0;
  for (let port = first; port < first + TRIES && port <= 65_535; port++) {
    if (await isFree(host, port)) return port;
  }
  return 0;
}

/** Starts the local Discord and its page, with what it kept from the last time, or a seeded server. */
export async function startNeighbour(terminal: Terminal, env: Environment, log: Log): Promise<Neighbour> {
  terminal.out('DISCORD_TOKEN is not set: starting a Discord on this machine, with the bot in it.');
  // A bot with a token never loads these.
  const { startLocalDiscord } = await import('../local-discord/index.js');
  const { seedCommunity } = await import('../local-discord/seed.js');
  const { createPage } = await import('../local-discord/page-api/index.js');
  const fault = (error: unknown, line?: string) => log.error({ err: error, line }, 'fault of the local Discord');
  const local = await startLocalDiscord({
    port: await nextFreePort(HOST, env.localDiscordPort),
    file: localDiscordFile(env),
    seed: (world) => seedCommunity(world, { botPermissions: neededPermissions }),
    openapi: env.discordOpenapi,
    onFault: fault,
  });
  const root = pathToFileURL(join(packageRoot, 'dist', 'page', '/'));
  local.mount(await createPage({ people: local.people, root, fault }));
  return { api: local.apiUrl, token: local.token, url: local.url, stop: () => local.stop() };
}
