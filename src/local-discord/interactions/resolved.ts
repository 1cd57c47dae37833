/** `data.resolved`: the users, members, roles, channels and files that an interaction names by id. */
import type { APIInteractionDataResolved } from 'discord-api-types/v10';
import { type Place, permissionsIn } from '../access.js';
import type { Application, Attachment, Channel, Id, Message, Role } from '../model.js';
import { channelPermissions, isThread } from '../permissions.js';
import { renderRole } from '../render/guilds.js';
import { renderAttachment, renderMessage } from '../render/messages.js';
import { renderBareMember, renderUserId } from '../render/people.js';
import type { World } from '../world.js';

export interface Resolving {
  user(id: Id): void;
  role(role: Role): void;
  channel(channel: Channel): void;
  attachment(attachment: Attachment): void;
  message(message: Message): void;
  /** Undefined where nothing was named. */
  readonly resolved: APIInteractionDataResolved | undefined;
}

/** Collects what is named, each thing once. */
export function createResolving(world: World, place: Place, userId: Id, application: Application): Resolving {
  const found: Record<string, Record<Id, object>> = {};
  let any = false;
  const add = (kind: string, id: Id, shown: object) => {
    any = true;
    found[kind] ??= {};
    found[kind][id] = shown;
  };

  return {
    user(id) {
      add('users', id, renderUserId(world, id));
      const member = place.guild?.members.get(id);
      if (!place.guild || !member) return;
      const permissions = channelPermissions(place.guild, member, place.channel, world.now()).toString();
      add('members', id, { ...renderBareMember(member), permissions });
    },
    role: (role) => add('roles', role.id, renderRole(role)),
    channel(channel) {
      add('channels', channel.id, {
        id: channel.id,
        name: channel.name,
        type: channel.type,
        guild_id: channel.guild_id,
        parent_id: channel.parent_id,
        position: channel.position,
        topic: channel.topic,
        nsfw: channel.nsfw,
        rate_limit_per_user: channel.rate_limit_per_user,
        last_message_id: channel.last_message_id,
        flags: channel.flags,
        permissions: permissionsIn(world, userId, channel).toString(),
        app_permissions: permissionsIn(world, application.bot_id, channel).toString(),
        ...(isThread(channel) && { thread_metadata: channel.thread }),
      });
    },
    attachment: (attachment) =>
      add('attachments', attachment.id, renderAttachment(world, place.channel.id, attachment)),
    message: (message) => add('messages', message.id, renderMessage(world, message, application.bot_id)),
    get resolved() {
      return any ? (found as APIInteractionDataResolved) : undefined;
    },
  };
}
