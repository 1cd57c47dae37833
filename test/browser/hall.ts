/** A local Discord with its page, a lively guild, and a bot in it that offers every kind of interaction. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ChannelType, PermissionFlagsBits as P } from 'discord-api-types/v10';
import { build } from 'vite';
import { startLocalDiscord } from '../../src/local-discord/index.js';
import type { User } from '../../src/local-discord/model.js';
import { createChannel } from '../../src/local-discord/operations/channels.js';
import { createEvent } from '../../src/local-discord/operations/events.js';
import { addBot, createGuild } from '../../src/local-discord/operations/guilds.js';
import { joinGuild, setRole, updateMember } from '../../src/local-discord/operations/members.js';
import { createRole } from '../../src/local-discord/operations/roles.js';
import { createBot, createUser } from '../../src/local-discord/operations/users.js';
import { createPage } from '../../src/local-discord/page-api/index.js';
import type { World } from '../../src/local-discord/world.js';
import { packageRoot } from '../../src/platform/paths.js';
import { startParrot } from './parrot.js';

export type Hall = Awaited<ReturnType<typeof openHall>>;

const root = join(packageRoot, 'dist', 'page');

/** Who lives in the hall, by username. */
const cast = {
  olga: { globalName: 'Olga' },
  max: { globalName: 'Max Maintainer' },
  hana: { globalName: 'Hana' },
  ana: { globalName: 'Ana' },
  wei: { globalName: '小伟', locale: 'zh-CN' },
} as const;

type Name = keyof typeof cast;

export async function openHall() {
  if (!existsSync(join(root, 'index.html'))) await build({ root: packageRoot, logLevel: 'error' });
  const folder = mkdtempSync(join(tmpdir(), 'hall-'));
  let furnished: ReturnType<typeof furnish> | undefined;
  const fault = (error: unknown) => console.error(error);

  const start = async (port: number) => {
    const local = await startLocalDiscord({
      port,
      file: join(folder, 'world.sqlite'),
      rateLimits: 'off',
      openapi: process.env.DISCORD_OPENAPI || undefined,
      onFault: fault,
      seed: (world) => {
        furnished = furnish(world);
      },
    });
    local.mount(await createPage({ people: local.people, root: pathToFileURL(`${root}/`), fault }));
    return local;
  };

  let local = await start(0);
  if (!furnished) throw new Error('the hall was not furnished');
  const { people, ...rest } = furnished;
  return {
    ...rest,
    people,
    get local() {
      return local;
    },
    actor: (name: Name) => local.actor(people[name].id),
    give: (role: { id: string }, name: Name) =>
      setRole(local.world, people.olga.id, rest.guild.id, people[name].id, role.id, true),
    take: (role: { id: string }, name: Name) =>
      setRole(local.world, people.olga.id, rest.guild.id, people[name].id, role.id, false),
    /** Where somebody looks at a channel. */
    address: (name: Name, channel: { id: string }) =>
      `${local.url}/?as=${people[name].id}#/${rest.guild.id}/${channel.id}`,
    startBot: () => startParrot(local),
    /** After `local.stop()`: the same world on the same port. */
    async restart() {
      local = await start(Number(new URL(local.url).port));
    },
    async close() {
      await local.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

function furnish(world: World) {
  const people = Object.fromEntries(
    Object.entries(cast).map(([username, more]) => [username, createUser(world, { username, ...more })]),
  ) as Record<Name, User>;
  const { olga, max, hana, ana, wei } = people;
  const application = createBot(world, { name: 'Parrot', ownerId: olga.id });
  const guild = createGuild(world, { name: 'Open Cloud Hall', ownerId: olga.id });
  addBot(world, guild, application, P.Administrator);
  for (const { id } of [max, hana, ana, wei]) joinGuild(world, id, guild.id);

  const role = (name: string, color: number, who: readonly User[], permissions = 0n) => {
    const made = createRole(world, olga.id, guild.id, { name, color, hoist: true, permissions: String(permissions) });
    for (const { id } of who) setRole(world, olga.id, guild.id, id, made.id, true);
    return made;
  };
  const maintainer = role('Maintainer', 0xe67e22, [max], P.ManageMessages | P.ManageThreads);
  const helper = role('Helper', 0x2ecc71, [hana]);
  updateMember(world, olga.id, guild.id, wei.id, { nick: '小伟 🐣' });

  const channel = (name: string, type: ChannelType, more: object = {}) =>
    createChannel(world, olga.id, guild.id, { name, type, ...more });
  const welcome = channel('Welcome', ChannelType.GuildCategory);
  const talk = channel('Talk · 交流', ChannelType.GuildCategory);
  const general = channel('general', ChannelType.GuildText, {
    parent_id: talk.id,
    topic: 'Everything about the cloud. 关于云的一切。',
  });
  const rooms = {
    announcements: channel('announcements', ChannelType.GuildAnnouncement, { parent_id: welcome.id }),
    general,
    zhong: channel('中文交流', ChannelType.GuildText, { parent_id: talk.id }),
    questions: channel('questions', ChannelType.GuildForum, {
      parent_id: talk.id,
      available_tags: [
        { name: 'network', emoji_name: '🔌' },
        { name: 'storage', emoji_name: '💾' },
        { name: 'solved', emoji_name: '✅' },
      ],
    }),
    voice: channel('Meetup room', ChannelType.GuildVoice, { parent_id: talk.id }),
    /** Only staff see it. */
    staff: channel('staff-only', ChannelType.GuildText, {
      permission_overwrites: [
        { id: guild.id, type: 0, deny: P.ViewChannel.toString() },
        { id: maintainer.id, type: 0, allow: P.ViewChannel.toString() },
      ],
    }),
    /** Everybody reads, nobody but staff writes. */
    rules: channel('rules', ChannelType.GuildText, {
      parent_id: welcome.id,
      permission_overwrites: [{ id: guild.id, type: 0, deny: P.SendMessages.toString() }],
    }),
  };
  const soon = world.now() + 86_400_000;
  const event = createEvent(world, olga.id, guild.id, {
    name: 'Shanghai meetup · 上海见面会',
    description: 'Bring a **cluster**.',
    entity_type: 3,
    privacy_level: 2,
    entity_metadata: { location: '上海市 · Shanghai' },
    scheduled_start_time: new Date(soon).toISOString(),
    scheduled_end_time: new Date(soon + 7_200_000).toISOString(),
  });
  return { guild, application, people, maintainer, helper, event, ...rooms };
}
