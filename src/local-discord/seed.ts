/** A community that somebody already lives in: what `npm start` shows to who has no Discord token. */
import { ChannelType as C, PermissionFlagsBits as P } from 'discord-api-types/v10';
import type { Channel, Guild, Id, Message, Role, User } from './model.js';
import { createChannel } from './operations/channels.js';
import { createEvent } from './operations/events.js';
import { addBot, createGuild, updateGuild } from './operations/guilds.js';
import { createInvite } from './operations/invites.js';
import { joinGuild, setRole } from './operations/members.js';
import { createMessage } from './operations/messages.js';
import { setPinned } from './operations/pins.js';
import { addReaction } from './operations/reactions.js';
import { createRole } from './operations/roles.js';
import { createBot, createUser } from './operations/users.js';
import { LINES, PEOPLE, type PersonKey, type SeedLine, type SeedPerson } from './seed-people.js';
import type { World } from './world.js';

export interface SeedOptions {
  /** What the bot may do: what its invite link asks for. */
  readonly botPermissions: bigint;
  readonly botName?: string;
}

const HOUR = 3_600_000;

/** Fills an empty world: one guild, seven people, a bot with exactly its permissions, a week of talk. */
export function seedCommunity(world: World, { botPermissions, botName = 'Flock' }: SeedOptions): Guild {
  const present = world.now;
  const now = present();
  const at = (hoursAgo: number) => {
    world.now = () => now - hoursAgo * HOUR;
  };
  at(24 * 9);
  const people = settlePeople(world);
  const owner = people.lin.id;
  const guild = createGuild(world, {
    name: 'Skylark Cloud · 云雀云',
    ownerId: owner,
    description: 'The community of an open-source cloud platform',
  });
  const roles = makeRoles(world, guild, owner);
  // Invited before anything it manages exists, so its role stands above the ones that it will make.
  const application = createBot(world, { name: botName, ownerId: owner, description: 'A hundred birds · 百鸟' });
  at(24 * 8);
  for (const [key, person] of Object.entries<SeedPerson>(PEOPLE)) {
    const { id } = people[key as PersonKey];
    joinGuild(world, id, guild.id);
    if (person.role) setRole(world, owner, guild.id, id, roles[person.role].id, true);
  }
  at(24 * 7.5);
  const channels = makeChannels(world, guild, owner, roles);
  talk(world, people, channels, at);
  at(2);
  addBot(world, guild, application, botPermissions);
  at(0);
  world.now = present;
  createEvent(world, owner, guild.id, {
    name: 'Office hour · 线上答疑',
    description: 'Bring your questions about 3.9. 带上你的问题来聊聊 3.9。',
    privacy_level: 2,
    entity_type: 2,
    channel_id: channels.voice.id,
    scheduled_start_time: new Date(now + 50 * HOUR).toISOString(),
  });
  createInvite(world, owner, channels.general.id, { max_age: 0 });
  return guild;
}

type People = Record<PersonKey, User>;

function settlePeople(world: World): People {
  const made = Object.entries<SeedPerson>(PEOPLE).map(([key, { username, name, locale }]) => [
    key,
    createUser(world, { username, globalName: name, locale }),
  ]);
  const people: People = Object.fromEntries(made);
  return people;
}

type RoleName = NonNullable<SeedPerson['role']>;

/** From the highest down; the bot's own comes later, at the bottom, as Discord puts it. */
function makeRoles(world: World, guild: Guild, owner: Id): Record<RoleName, Role> {
  const member = BigInt(guild.roles.get(guild.id)?.permissions ?? 0);
  const moderates = P.ManageMessages | P.ManageThreads | P.ModerateMembers | P.KickMembers;
  const make = (name: RoleName, color: number, extra: bigint) =>
    createRole(world, owner, guild.id, { name, color, hoist: true, permissions: (member | extra).toString() });
  return {
    Moderator: make(
      'Moderator',
      0xe67e22,
      moderates | P.ManageGuild | P.ManageRoles | P.ManageChannels | P.CreateEvents,
    ),
    Maintainer: make('Maintainer', 0x3498db, moderates | P.CreateEvents),
    Helper: make('Helper', 0x2ecc71, 0n),
    Lender: make('Lender', 0x9b59b6, 0n),
  };
}

type Channels = Record<SeedLine['in'] | 'voice', Channel>;

function makeChannels(world: World, guild: Guild, owner: Id, roles: Record<RoleName, Role>): Channels {
  const make = (name: string, type: C, more: object = {}) =>
    createChannel(world, owner, guild.id, { name, type, ...more });
  const readOnly = {
    permission_overwrites: [
      { id: guild.id, type: 0, deny: P.SendMessages.toString() },
      { id: roles.Moderator.id, type: 0, allow: P.SendMessages.toString() },
      { id: roles.Maintainer.id, type: 0, allow: P.SendMessages.toString() },
    ],
  };
  const staffOnly = {
    permission_overwrites: [
      { id: guild.id, type: 0, deny: P.ViewChannel.toString() },
      { id: roles.Moderator.id, type: 0, allow: P.ViewChannel.toString() },
      { id: roles.Maintainer.id, type: 0, allow: P.ViewChannel.toString() },
    ],
  };
  const start = make('Start here · 从这里开始', C.GuildCategory);
  const rules = make('rules', C.GuildText, {
    parent_id: start.id,
    topic: 'Be kind, be concrete, post logs as files. 友善，具体，日志请用附件。',
    ...readOnly,
  });
  const announcements = make('announcements', C.GuildAnnouncement, { parent_id: start.id, ...readOnly });
  const community = make('Community · 社区', C.GuildCategory);
  const parent_id = community.id;
  const general = make('general', C.GuildText, { parent_id, topic: 'Talk about running Skylark' });
  const chinese = make('中文', C.GuildText, { parent_id, topic: '中文交流' });
  const lab = make('lab', C.GuildText, { parent_id, topic: 'Test machines, hunts, findings · 测试机与捉虫' });
  const voice = make('Office hour', C.GuildVoice, { parent_id });
  const backstage = make('Backstage', C.GuildCategory, staffOnly);
  const staff = make('staff', C.GuildText, { parent_id: backstage.id });
  updateGuild(world, owner, guild.id, {
    system_channel_id: general.id,
    // 1: new members are greeted by the bot, not by Discord.
    system_channel_flags: 1,
    rules_channel_id: rules.id,
    public_updates_channel_id: staff.id,
  });
  return { announcements, general, chinese, lab, staff, voice };
}

function talk(world: World, people: People, channels: Channels, at: (hoursAgo: number) => void): void {
  const last = new Map<Id, Message>();
  for (const line of [...LINES].sort((a, b) => b.ago - a.ago)) {
    at(line.ago);
    const channelId = channels[line.in].id;
    const before = line.reply ? last.get(channelId) : undefined;
    const message = createMessage(world, people[line.by].id, channelId, {
      content: line.text,
      ...(before && { message_reference: { message_id: before.id } }),
    });
    last.set(channelId, message);
    for (const [emoji, keys] of Object.entries(line.reactions ?? {}))
      for (const key of keys) addReaction(world, people[key].id, channelId, message.id, emoji);
    if (line.pinned) setPinned(world, people.lin.id, channelId, message.id, true);
  }
}
