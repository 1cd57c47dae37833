/** The whole thing in one process: a local Discord, a server with people in it, and the bot as main.ts would start it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from '../../src/app.js';
import type { Job } from '../../src/discord/catalogue.js';
import { startLocalDiscord } from '../../src/local-discord/index.js';
import type { NewBot } from '../../src/local-discord/operations/users.js';
import { type Clock, systemClock } from '../../src/platform/clock.js';
import { createGuildStore } from '../../src/platform/guild-store.js';
import { createLog } from '../../src/platform/log.js';
import { createMetrics, type Metrics } from '../../src/platform/metrics.js';
import { readMigrations } from '../../src/platform/migrate.js';
import { shipped } from '../../src/platform/paths.js';
import { settle } from './town.js';

export interface BotOptions {
  /** What people can do; everything that ships when left out. */
  readonly jobs?: readonly Job[];
  readonly privileged?: NewBot['privileged'];
  readonly clock?: Clock;
  /** Where the bot looks for Discord, when that is not the local one itself. */
  readonly api?: (apiUrl: string) => string;
  readonly http?: boolean;
  /** Discord's own by default; `off` for tests of many posts. */
  readonly rateLimits?: 'discord' | 'off';
}

export interface RunningBot {
  readonly app: App;
  readonly metrics: Metrics;
  readonly guilds: ReturnType<typeof createGuildStore>;
  readonly httpUrl: string | undefined;
  /** The value of a counter with these labels; 0 when it never counted. */
  count(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  stop(): Promise<void>;
}

/** A town with a bot that is not started yet. */
export async function openTown(options: BotOptions = {}) {
  const local = await startLocalDiscord({
    port: 0,
    openapi: process.env.DISCORD_OPENAPI,
    rateLimits: options.rateLimits ?? 'discord',
  });
  const town = settle(local.world, options.privileged);
  const folder = mkdtempSync(join(tmpdir(), 'flock-test-'));
  const logged: string[] = [];
  const running = new Set<RunningBot>();

  async function startBot(more: BotOptions = {}): Promise<RunningBot> {
    const given = { ...options, ...more };
    const clock = given.clock ?? systemClock;
    const log = createLog({ level: 'info', destination: { write: (line) => logged.push(line) } });
    const guilds = createGuildStore({ folder, migrations: readMigrations(shipped('migrations')), clock });
    const metrics = createMetrics();
    const app = createApp({
      discord: { api: given.api?.(local.apiUrl) ?? local.apiUrl, token: town.application.token },
      guilds,
      clock,
      log,
      metrics,
      ...(given.jobs && { jobs: given.jobs }),
      ...(given.http && { http: { host: '127.0.0.1', port: 0 } }),
    });
    const bot: RunningBot = {
      app,
      metrics,
      guilds,
      httpUrl: undefined,
      async count(name, labels = {}) {
        const values = (await metrics.registry.getSingleMetric(name)?.get())?.values ?? [];
        return values
          .filter((value) => Object.entries(labels).every(([label, wanted]) => value.labels[label] === wanted))
          .reduce((sum, { value }) => sum + value, 0);
      },
      async stop() {
        running.delete(bot);
        await app.stop();
        metrics.stop();
        guilds.close();
      },
    };
    running.add(bot);
    const started = await app.start();
    return Object.assign(bot, { httpUrl: started.httpUrl });
  }

  return {
    ...town,
    local,
    folder,
    /** What the bot logged, line by line. */
    logged,
    startBot,
    async close() {
      for (const bot of running) await bot.stop();
      await local.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
