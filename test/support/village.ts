/** A local Discord with two bots in one server, a bare one and Flock, each in a process of its own, and people to act. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChannelType } from 'discord-api-types/v10';
import { neededPermissions } from '../../src/discord/invite.js';
import type { Action, Actor, ModalFields } from '../../src/local-discord/actor.js';
import { startLocalDiscord } from '../../src/local-discord/index.js';
import { createChannel } from '../../src/local-discord/operations/channels.js';
import { addBot, createGuild } from '../../src/local-discord/operations/guilds.js';
import { joinGuild } from '../../src/local-discord/operations/members.js';
import { createBot, createUser } from '../../src/local-discord/operations/users.js';
import { packageRoot } from '../../src/platform/paths.js';
import { type Child, startChild } from './child.js';

export interface Village {
  readonly channel: string;
  readonly guild: string;
  /** Where Flock keeps that guild's state. */
  readonly file: string;
  /** Where lent machines reach Flock. */
  readonly httpUrl: string;
  readonly flock: Child;
  readonly bare: Child;
  /** The next person in turn: nobody acts twice in a row, as in life. */
  next(): Actor;
  /** What to fill into the modal of /ask: another text each time, like no other. */
  question(): ModalFields;
  /** How long an interaction's first answer took, in milliseconds; Infinity when none came. */
  took(action: Action): Promise<number>;
  stop(): Promise<void>;
}

export async function startVillage({ people }: { people: number }): Promise<Village> {
  const local = await startLocalDiscord({ rateLimits: 'off' });
  const { world } = local;
  const owner = createUser(world, { username: 'owner' });
  const guild = createGuild(world, { name: 'Village', ownerId: owner.id });
  const bots = ['Bare', 'Flock'].map((name) => {
    const application = createBot(world, { name, ownerId: owner.id });
    addBot(world, guild, application, neededPermissions);
    return application;
  });
  const users = Array.from({ length: people }, (_, index) => createUser(world, { username: `person${index}` }));
  for (const { id } of users) joinGuild(world, id, guild.id);
  const channel = createChannel(world, owner.id, guild.id, { name: 'general', type: ChannelType.GuildText });

  const folder = mkdtempSync(join(tmpdir(), 'flock-bench-'));
  let httpUrl = '';
  const [bare, flock] = await Promise.all([
    startChild(
      fileURLToPath(new URL('bare-bot.js', import.meta.url)),
      [],
      { BARE_API: local.apiUrl, BARE_TOKEN: bots[0]?.token, BARE_COMMAND: '1' },
      /^ready$/,
    ),
    startChild(
      join(packageRoot, 'bin/flock.js'),
      ['start'],
      {
        DISCORD_API_URL: local.apiUrl,
        DISCORD_TOKEN: bots[1]?.token,
        DATA_DIR: folder,
        HTTP_PORT: '0',
        LOG_LEVEL: 'warn',
      },
      /^Health:/,
      (line) => {
        httpUrl = /^Health: (\S+)\/healthz/.exec(line)?.[1] ?? httpUrl;
      },
    ),
  ]);
  const actors = users.map(({ id }) => local.actor(id));
  let turn = 0;
  let questions = 0;

  await setUp(local.actor(owner.id), channel.id, guild.id);

  return {
    channel: channel.id,
    guild: guild.id,
    file: join(folder, 'guilds', `${guild.id}.sqlite`),
    httpUrl,
    flock,
    bare,
    next() {
      turn = (turn + 1) % actors.length;
      const actor = actors[turn];
      if (!actor) throw new RangeError('a village without people');
      return actor;
    },
    question() {
      questions += 1;
      const words = Array.from({ length: 12 }, (_, index) =>
        ((questions * 2_654_435_761 + index * 40_503) >>> 0).toString(36),
      );
      return { title: words.slice(0, 6).join(' '), body: words.slice(6).join(' '), version: '5.1' };
    },
    async took(action) {
      const { kind, timing } = await action.outcome;
      return kind === 'failed' ? Number.POSITIVE_INFINITY : timing.tookMs;
    },
    async stop() {
      await Promise.all([bare.stop(), flock.stop()]);
      await local.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** As the owner does it: look at the plan, apply it, wait until it is there. */
async function setUp(owner: Actor, channel: string, guild: string): Promise<void> {
  const plan = await owner.command(channel, 'setup').outcome;
  if (plan.kind !== 'message') throw new Error(`/setup was answered with ${JSON.stringify(plan)}`);
  const apply = /"custom_id":"(setup\.apply:[^"]+)"/.exec(JSON.stringify(plan.message.components))?.[1];
  if (!apply) throw new Error('the plan has no button');
  await owner.press(plan.message, apply).outcome;
  for (let tries = 0; tries < 100; tries += 1) {
    const isThere = owner.channels(guild).some(({ type }) => type === ChannelType.GuildForum);
    if (isThere && (await owner.command(channel, 'ask').outcome).kind === 'modal') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the setup did not come to an end');
}
