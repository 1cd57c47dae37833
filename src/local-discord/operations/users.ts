/** People and bots: how they come to be, and their direct conversations. */
import { ApplicationFlags, ChannelType } from 'discord-api-types/v10';
import { z } from 'zod';
import { fail, invalid } from '../errors.js';
import type { Application, Channel, Id, User } from '../model.js';
import { renderChannel } from '../render/guilds.js';
import { renderSelf } from '../render/people.js';
import { parseForm, snowflake, text } from '../validate/form.js';
import type { World } from '../world.js';
import { save } from './thread-members.js';

export interface NewUser {
  readonly username: string;
  readonly globalName?: string;
  readonly locale?: string;
}

export function createUser(world: World, { username, globalName, locale = 'en-US' }: NewUser, bot = false): User {
  const user: User = {
    id: world.newId(),
    username,
    global_name: globalName ?? null,
    avatar: null,
    bot,
    locale,
  };
  world.users.set(user.id, user);
  world.changed('user', user.id, '', user);
  return user;
}

export interface NewBot {
  readonly name: string;
  readonly ownerId: Id;
  readonly description?: string;
  /** Privileged intents granted to it; all by default. */
  readonly privileged?: { readonly members?: boolean; readonly presences?: boolean; readonly messageContent?: boolean };
  /** Generated where it is not given. */
  readonly token?: string;
}

/** Registers an application with its bot; the token is what the bot logs in with. */
export function createBot(
  world: World,
  { name, ownerId, description = '', privileged = {}, token }: NewBot,
): Application {
  const bot = createUser(world, { username: name }, true);
  const { members = true, presences = true, messageContent = true } = privileged;
  const application: Application = {
    id: bot.id,
    bot_id: bot.id,
    owner_id: ownerId,
    // As Discord's are: the bot's id in base64, the time, and a secret.
    token:
      token ??
      `${Buffer.from(bot.id).toString('base64url')}.${Math.floor(world.now() / 1000).toString(36)}.${world.newSecret(38)}`,
    name,
    description,
    flags:
      (members ? ApplicationFlags.GatewayGuildMembersLimited : 0) |
      (presences ? ApplicationFlags.GatewayPresenceLimited : 0) |
      (messageContent ? ApplicationFlags.GatewayMessageContentLimited : 0),
    verify_key: Buffer.from(world.newSecret(32)).toString('hex'),
  };
  world.applications.set(application.id, application);
  world.changed('application', application.id, '', application);
  return application;
}

/** The direct channel of two users, opened if need be. Refuses: cannotDm to oneself and between bots, unknownUser. */
export function openDirect(world: World, by: Id, withId: Id): Channel {
  const other = world.users.get(withId) ?? fail('unknownUser');
  if (withId === by || (other.bot && world.users.get(by)?.bot)) fail('cannotDm');
  for (const channel of world.channels.values())
    if (
      channel.type === ChannelType.DM &&
      channel.recipient_ids?.includes(by) &&
      channel.recipient_ids.includes(withId)
    )
      return channel;
  const channel: Channel = {
    id: world.newId(),
    type: ChannelType.DM,
    name: '',
    position: 0,
    parent_id: null,
    topic: null,
    nsfw: false,
    permission_overwrites: [],
    rate_limit_per_user: 0,
    last_message_id: null,
    last_pin_timestamp: null,
    flags: 0,
    recipient_ids: [by, withId],
  };
  world.channels.set(channel.id, channel);
  save(world, channel);
  for (const userId of [by, withId])
    world.emit({ t: 'CHANNEL_CREATE', d: renderChannel(world, channel, userId), userId, channelId: channel.id });
  return channel;
}

const directForm = z.object({ recipient_id: snowflake });
/** Refuses: invalidForm, and as openDirect. */
export function openDirectBy(world: World, by: Id, body: unknown): Channel {
  return openDirect(world, by, parseForm(directForm, body).recipient_id);
}

const selfForm = z.object({ username: text(2, 32).optional(), avatar: z.string().nullish() });
/** Refuses: invalidForm. */
export function updateSelf(world: World, by: Id, body: unknown): User {
  const user = world.users.get(by) ?? fail('unknownUser');
  const form = parseForm(selfForm, body);
  if (form.username !== undefined) {
    if (/discord|```|@|#|:/i.test(form.username))
      invalid('username', 'USERNAME_INVALID_CONTAINS', 'Username cannot contain this text.');
    user.username = form.username;
  }
  world.changed('user', user.id, '', user);
  world.emit({ t: 'USER_UPDATE', d: renderSelf(user), userId: user.id });
  return user;
}

const applicationForm = z.object({
  description: text(0, 400).optional(),
  flags: z.number().int().optional(),
});
/** An application's own settings. Refuses: invalidForm. */
export function updateApplication(world: World, application: Application, body: unknown): Application {
  const form = parseForm(applicationForm, body);
  if (form.description !== undefined) application.description = form.description;
  if (form.flags !== undefined) application.flags = form.flags;
  world.changed('application', application.id, '', application);
  return application;
}
