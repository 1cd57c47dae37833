/** A small world for tests of the local Discord: a guild with an owner, two members and a bot, and a few channels. */
import { randomBytes } from 'node:crypto';
import { ChannelType, PermissionFlagsBits as P } from 'discord-api-types/v10';
import { createActors } from '../../src/local-discord/actor/create.js';
import { createInteractions } from '../../src/local-discord/interactions/index.js';
import { createChannel } from '../../src/local-discord/operations/channels.js';
import { addBot, createGuild } from '../../src/local-discord/operations/guilds.js';
import { joinGuild } from '../../src/local-discord/operations/members.js';
import { createBot, createUser, type NewBot } from '../../src/local-discord/operations/users.js';
import { createWorld, type World } from '../../src/local-discord/world.js';
import type { Clock } from '../../src/platform/clock.js';

export function settle(world: World, privileged?: NewBot['privileged']) {
  const owner = createUser(world, { username: 'olga', globalName: 'Olga' });
  const ana = createUser(world, { username: 'ana', globalName: 'Ana' });
  const wei = createUser(world, { username: 'wei', globalName: '小伟', locale: 'zh-CN' });
  const application = createBot(world, { name: 'Flock', ownerId: owner.id, privileged });
  const guild = createGuild(world, { name: 'Village', ownerId: owner.id });
  const rights =
    P.ViewChannel | P.SendMessages | P.SendMessagesInThreads | P.ReadMessageHistory | P.EmbedLinks | P.AttachFiles;
  const botRole = addBot(world, guild, application, rights);
  for (const { id } of [ana, wei]) joinGuild(world, id, guild.id);
  const channel = (name: string, type: ChannelType, more: object = {}) =>
    createChannel(world, owner.id, guild.id, { name, type, ...more });
  return {
    owner,
    ana,
    wei,
    application,
    guild,
    botRole,
    general: channel('general', ChannelType.GuildText),
    questions: channel('questions', ChannelType.GuildForum, { available_tags: [{ name: 'network' }] }),
    /** Only the owner sees it. */
    hidden: channel('hidden', ChannelType.GuildText, {
      permission_overwrites: [{ id: guild.id, type: 0, deny: P.ViewChannel.toString() }],
    }),
  };
}

/** What an application was told. */
export interface Told {
  readonly t: string;
  readonly data: Record<string, unknown>;
}

/** A town whose gateway is a list: interactions without sockets. */
export function quietTown(clock: Pick<Clock, 'now' | 'after'>, online = true) {
  const world = createWorld({ now: clock.now, randomBytes });
  const town = settle(world);
  const told: Told[] = [];
  const interactions = createInteractions({
    world,
    clock,
    monotonic: () => performance.now(),
    gateway: {
      isOnline: () => online,
      tell: (_application, t, data) => told.push({ t, data: structuredClone(data) as Record<string, unknown> }),
    },
  });
  return { ...town, world, told, interactions, actor: createActors(world, interactions) };
}
