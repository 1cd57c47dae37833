/** A local Discord's REST side alone: a guild with an owner, a member and a bot, on a port of the system's choice. */
import { randomBytes } from 'node:crypto';
import fastify from 'fastify';
import { type Contract, openContract } from '../../src/local-discord/contract.js';
import { createFaults, type Faults } from '../../src/local-discord/faults.js';
import type { Application, Guild, User } from '../../src/local-discord/model.js';
import { createChannel } from '../../src/local-discord/operations/channels.js';
import { addBot, createGuild } from '../../src/local-discord/operations/guilds.js';
import { joinGuild } from '../../src/local-discord/operations/members.js';
import { createBot, createUser } from '../../src/local-discord/operations/users.js';
import { createRateLimits } from '../../src/local-discord/rate-limits.js';
import { registerRest } from '../../src/local-discord/rest/index.js';
import { createWorld, type World } from '../../src/local-discord/world.js';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a reply's JSON, looked into by path
  readonly body: any;
  readonly headers: Headers;
}

/** A guild with an owner, a member and a bot, without a server. */
export interface Place {
  readonly world: World;
  readonly guild: Guild;
  readonly owner: User;
  readonly member: User;
  readonly application: Application;
  readonly places: { readonly text: string; readonly forum: string; readonly category: string };
}

export interface RestHarness extends Place {
  readonly url: string;
  readonly faults: Faults;
  readonly contract: Contract | undefined;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  stop(): Promise<void>;
}

export interface HarnessOptions {
  /** What the bot may do; everything short of ADMINISTRATOR by default. */
  readonly permissions?: bigint;
  readonly rateLimits?: 'discord' | 'off';
  readonly now?: () => number;
  /** Holds requests and replies against DISCORD_OPENAPI, where that is set. */
  readonly judged?: boolean;
}

export const openapi = process.env.DISCORD_OPENAPI;

export const testWorld = (now: () => number = Date.now): World => createWorld({ now, randomBytes });

export function makePlace(options: HarnessOptions = {}): Place {
  const world = testWorld(options.now);
  const owner = createUser(world, { username: 'owner' });
  const member = createUser(world, { username: 'member', locale: 'zh-CN' });
  const guild = createGuild(world, { name: 'Birds', ownerId: owner.id });
  joinGuild(world, member.id, guild.id);
  const application = createBot(world, { name: 'Flock', ownerId: owner.id });
  addBot(world, guild, application, options.permissions ?? (2n ** 53n - 1n) & ~8n);
  const make = (type: number, name: string) => createChannel(world, owner.id, guild.id, { type, name }).id;
  const places = { category: make(4, 'Talk'), text: make(0, 'general'), forum: make(15, 'questions') };
  return { world, guild, owner, member, application, places };
}

export async function startRest(options: HarnessOptions = {}): Promise<RestHarness> {
  const place = makePlace(options);
  const { world, application } = place;
  const app = fastify();
  const faults = createFaults();
  const contract = openapi && options.judged ? await openContract(openapi) : undefined;
  const rateLimits = createRateLimits({ now: Date.now, mode: options.rateLimits ?? 'off' });
  await registerRest(app, world, {
    faults,
    rateLimits,
    contract,
    onFault: (error) => {
      throw error;
    },
  });
  world.origin = await app.listen({ port: 0, host: '127.0.0.1' });

  return {
    ...place,
    url: world.origin,
    faults,
    contract,
    async call(method, path, body, headers = {}) {
      const answer = await fetch(`${world.origin}/api/v10${path}`, {
        method,
        headers: {
          authorization: `Bot ${application.token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text), headers: answer.headers };
    },
    stop: () => app.close(),
  };
}
