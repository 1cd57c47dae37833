/**
 * From spawning the process to a bot that answers, and the memory it then holds, in 1, 100 and 1,000 servers: a bare discord.js
 * bot against Flock, on one local Discord, one after the other.
 *
 *   npm run bench -- startup [--rounds 3]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ChannelType } from 'discord-api-types/v10';
import { neededPermissions } from '../../src/discord/invite.js';
import { startLocalDiscord } from '../../src/local-discord/index.js';
import { createChannel } from '../../src/local-discord/operations/channels.js';
import { addBot, createGuild } from '../../src/local-discord/operations/guilds.js';
import { createRole } from '../../src/local-discord/operations/roles.js';
import { createBot, createUser } from '../../src/local-discord/operations/users.js';
import { packageRoot } from '../../src/platform/paths.js';
import { type Child, startChild } from '../support/child.js';
import { median, remark, report } from '../support/report.js';

const { values } = parseArgs({ options: { rounds: { type: 'string' } } });
const ROUNDS = Number(values.rounds ?? 3);
const SIZES = [1, 100, 1_000];
const CHANNELS = 20;
const ROLES = 10;
/** Memory is looked at when the start has settled. */
const SETTLE_MS = 3_000;

interface Seen {
  readonly ready: number[];
  readonly rss: number[];
}

for (const size of SIZES) {
  const { bare, flock } = await measure(size);
  const compare = (what: keyof Seen, unit: string) =>
    report({
      bench: 'startup',
      metric: `${what}.${size}`,
      value: median(flock[what]),
      unit,
      baseline: median(bare[what]),
    });
  compare('ready', 'ms');
  compare('rss', 'MiB');
}

async function measure(size: number): Promise<{ bare: Seen; flock: Seen }> {
  const local = await startLocalDiscord({ rateLimits: 'off' });
  const { world } = local;
  const owner = createUser(world, { username: 'owner' });
  const tokens = {
    bare: createBot(world, { name: 'Bare', ownerId: owner.id }),
    flock: createBot(world, { name: 'Flock', ownerId: owner.id }),
  };
  for (let index = 0; index < size; index += 1) {
    const guild = createGuild(world, { name: `Village ${index}`, ownerId: owner.id });
    for (const application of Object.values(tokens)) addBot(world, guild, application, neededPermissions);
    for (let n = 0; n < CHANNELS; n += 1)
      createChannel(world, owner.id, guild.id, { name: `channel-${n}`, type: ChannelType.GuildText });
    for (let n = 0; n < ROLES; n += 1) createRole(world, owner.id, guild.id, { name: `role ${n}` });
  }
  const folder = mkdtempSync(join(tmpdir(), 'flock-bench-'));
  const start = {
    bare: () =>
      startChild(
        fileURLToPath(new URL('../support/bare-bot.js', import.meta.url)),
        [],
        { BARE_API: local.apiUrl, BARE_TOKEN: tokens.bare.token },
        /^ready$/,
      ),
    flock: () =>
      startChild(
        join(packageRoot, 'bin/flock.js'),
        ['start'],
        {
          DISCORD_API_URL: local.apiUrl,
          DISCORD_TOKEN: tokens.flock.token,
          DATA_DIR: folder,
          HTTP_PORT: '0',
          LOG_LEVEL: 'warn',
        },
        /^Health:/,
      ),
  };
  const seen = { bare: { ready: [], rss: [] } as Seen, flock: { ready: [], rss: [] } as Seen };
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const name of ['bare', 'flock'] as const) {
        const child: Child = await start[name]();
        await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
        seen[name].ready.push(child.tookMs);
        seen[name].rss.push(child.rss());
        remark(`${size} servers, ${name}: ready after ${Math.round(child.tookMs)} ms, ${Math.round(child.rss())} MiB`);
        await child.stop();
      }
    }
  } finally {
    await local.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return seen;
}
