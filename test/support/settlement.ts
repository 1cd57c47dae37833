/** A server with people and a bot that runs as a process of its own: set up by its owner, ready for questions. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ChannelType } from 'discord-api-types/v10';
import { neededPermissions } from '../../src/discord/invite.js';
import type { Actor, Answer } from '../../src/local-discord/actor.js';
import { type LocalDiscordOptions, startLocalDiscord } from '../../src/local-discord/index.js';
import { createChannel } from '../../src/local-discord/operations/channels.js';
import { addBot, createGuild } from '../../src/local-discord/operations/guilds.js';
import { joinGuild } from '../../src/local-discord/operations/members.js';
import { createBot, createUser } from '../../src/local-discord/operations/users.js';
import { type FlockProcess, flockProcess } from './flock-process.js';

export async function settleDown(people: number, options: LocalDiscordOptions = {}) {
  const local = await startLocalDiscord({ rateLimits: 'off', ...options });
  const { world } = local;
  const owner = createUser(world, { username: 'owner' });
  const guild = createGuild(world, { name: 'Settlement', ownerId: owner.id });
  const application = createBot(world, { name: 'Flock', ownerId: owner.id });
  addBot(world, guild, application, neededPermissions);
  const users = Array.from({ length: people }, (_, index) => createUser(world, { username: `person${index}` }));
  for (const { id } of users) joinGuild(world, id, guild.id);
  const channel = createChannel(world, owner.id, guild.id, { name: 'general', type: ChannelType.GuildText });
  const folder = mkdtempSync(join(tmpdir(), 'flock-settlement-'));

  return {
    local,
    folder,
    guild: guild.id,
    channel: channel.id,
    bot: application.bot_id,
    owner: local.actor(owner.id),
    people: users.map(({ id }) => local.actor(id)),

    /** Starts the bot; it is ready when it printed its address. */
    start: (env: NodeJS.ProcessEnv = {}): FlockProcess =>
      flockProcess(['start'], {
        DISCORD_API_URL: local.apiUrl,
        DISCORD_TOKEN: application.token,
        DATA_DIR: folder,
        HTTP_PORT: '0',
        LOG_LEVEL: 'warn',
        ...env,
      }),

    /** As the owner does it: look at the plan, apply it, wait until it is there. Returns the forum. */
    async setUp(): Promise<string> {
      const actor = local.actor(owner.id);
      const plan = await actor.command(channel.id, 'setup', { language: 'en-US' }).outcome;
      const apply = /"custom_id":"(setup\.apply:[^"]+)"/.exec(textOf(plan))?.[1];
      if (plan.kind !== 'message' || !apply) throw new Error(`/setup was answered with ${textOf(plan)}`);
      await actor.press(plan.message, apply).outcome;
      for (let tries = 0; tries < 100; tries += 1) {
        const forum = actor.channels(guild.id).find(({ type }) => type === ChannelType.GuildForum);
        if (forum && (await actor.command(channel.id, 'ask').outcome).kind === 'modal') return forum.id;
        await pause(100);
      }
      throw new Error('the setup did not come to an end');
    },

    async stop(): Promise<void> {
      await local.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** All that an answer says. */
export function textOf(answer: Answer): string {
  if (answer.kind === 'message' || answer.kind === 'update') {
    return `${answer.message.content} ${JSON.stringify(answer.message.components ?? [])}`;
  }
  return answer.kind === 'failed' ? `failed: ${answer.reason}` : answer.kind;
}

/** Writes and posts a question. Returns its number, or undefined when the bot did not say that it was taken. */
export async function ask(actor: Actor, channel: string, title: string): Promise<number | undefined> {
  const opened = await actor.command(channel, 'ask').outcome;
  if (opened.kind !== 'modal') return undefined;
  const answer = await actor.submit(opened.modal, { title, body: `What about ${title}?` }).outcome;
  const number = /Your question #([\d,]+) is in/.exec(textOf(answer))?.[1];
  return number === undefined ? undefined : Number(number.replaceAll(',', ''));
}
