/** The world as a list of records, and back: for the store, and for saving and seeding as JSON. */
import type {
  Application,
  Channel,
  Command,
  Guild,
  GuildRecord,
  Invite,
  Member,
  Message,
  Role,
  ScheduledEvent,
  User,
  Webhook,
} from './model.js';
import { isThread } from './permissions.js';
import type { Change, Kind, World } from './world.js';

/** What each kind of record is. */
export interface Records {
  user: User;
  application: Application;
  guild: GuildRecord;
  role: Role;
  member: Member;
  channel: Channel;
  message: Message;
  event: ScheduledEvent;
  webhook: Webhook;
  invite: Invite;
  command: Command;
}

/** The order in which records can be placed: what others stand in comes first. */
export const KINDS = [
  'user',
  'application',
  'guild',
  'role',
  'member',
  'channel',
  'message',
  'event',
  'webhook',
  'invite',
  'command',
] as const satisfies readonly Kind[];

type Place = { [K in Kind]: (world: World, record: Records[K], parent: string) => void };

const place: Place = {
  user: (world, user) => world.users.set(user.id, user),
  application: (world, application) => world.applications.set(application.id, application),
  guild: (world, guild) =>
    world.guilds.set(guild.id, {
      ...guild,
      roles: new Map(),
      members: new Map(),
      channels: new Map(),
      threads: new Map(),
      events: new Map(),
    }),
  role: (world, role, guildId) => world.guilds.get(guildId)?.roles.set(role.id, role),
  member: (world, member) => world.guilds.get(member.guild_id)?.members.set(member.user_id, member),
  channel(world, channel) {
    world.channels.set(channel.id, channel);
    const guild = channel.guild_id === undefined ? undefined : world.guilds.get(channel.guild_id);
    (isThread(channel) ? guild?.threads : guild?.channels)?.set(channel.id, channel);
  },
  message: (world, message) => world.messages(message.channel_id).set(message.id, message),
  event: (world, event) => world.guilds.get(event.guild_id)?.events.set(event.id, event),
  webhook: (world, webhook) => world.webhooks.set(webhook.id, webhook),
  invite: (world, invite) => world.invites.set(invite.code, invite),
  command: (world, command) => world.commands.set(command.id, command),
};

/** Puts a record where it belongs. What it stands in must be there already. */
export function placeRecord<K extends Kind>(world: World, kind: K, record: Records[K], parent: string): void {
  place[kind](world, record, parent);
}

/** A guild's own settings, without what is in it. */
export function guildRecord(guild: Guild): GuildRecord {
  const { roles: _roles, members: _members, channels: _channels, threads: _threads, events: _events, ...own } = guild;
  return own;
}

/** Every record of the world, in the order in which they can be placed again. */
export function* recordsOf(world: World): Generator<Change & { record: object }> {
  for (const user of world.users.values()) yield { kind: 'user', key: user.id, parent: '', record: user };
  for (const one of world.applications.values()) yield { kind: 'application', key: one.id, parent: '', record: one };
  for (const guild of world.guilds.values()) {
    const parent = guild.id;
    yield { kind: 'guild', key: guild.id, parent: '', record: guildRecord(guild) };
    for (const role of guild.roles.values()) yield { kind: 'role', key: role.id, parent, record: role };
    for (const member of guild.members.values())
      yield { kind: 'member', key: `${parent}:${member.user_id}`, parent, record: member };
    for (const event of guild.events.values()) yield { kind: 'event', key: event.id, parent, record: event };
  }
  for (const channel of world.channels.values()) {
    yield { kind: 'channel', key: channel.id, parent: channel.guild_id ?? '', record: channel };
    for (const message of world.messages(channel.id).values())
      yield { kind: 'message', key: message.id, parent: channel.id, record: message };
  }
  for (const one of world.webhooks.values()) yield { kind: 'webhook', key: one.id, parent: one.guild_id, record: one };
  for (const one of world.invites.values()) yield { kind: 'invite', key: one.code, parent: one.guild_id, record: one };
  for (const one of world.commands.values())
    yield { kind: 'command', key: one.id, parent: one.guild_id ?? '', record: one };
}

/** A world as JSON: kinds, their records with what they stand in, and files by id in base64. */
export interface SavedWorld {
  readonly format: 1;
  readonly records: readonly { readonly kind: Kind; readonly parent: string; readonly record: object }[];
  readonly files: Readonly<Record<string, string>>;
}

export function saveWorld(world: World): SavedWorld {
  const records: { kind: Kind; parent: string; record: object }[] = [];
  const files: Record<string, string> = {};
  for (const { kind, parent, record } of recordsOf(world)) {
    records.push({ kind, parent, record: structuredClone(record) });
    if (kind !== 'message') continue;
    for (const { id } of (record as Message).attachments) {
      const bytes = world.files.get(id);
      if (bytes) files[id] = bytes.toString('base64');
    }
  }
  return { format: 1, records, files };
}

/** Fills an empty world with a saved one, and tells its store. */
export function restoreWorld(world: World, saved: SavedWorld): void {
  for (const [id, bytes] of Object.entries(saved.files)) world.files.put(id, Buffer.from(bytes, 'base64'));
  for (const { kind, parent, record } of saved.records) {
    const own = structuredClone(record);
    placeRecord(world, kind, own as Records[typeof kind], parent);
    const key = keyOf(kind, own);
    world.changed(kind, key, parent, own);
  }
}

function keyOf(kind: Kind, record: object): string {
  if (kind === 'member') {
    const member = record as Member;
    return `${member.guild_id}:${member.user_id}`;
  }
  if (kind === 'invite') return (record as Invite).code;
  return (record as { id: string }).id;
}
