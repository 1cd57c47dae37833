/** INTERACTION_CREATE: what an application is told about who did what, where, and with which rights. */
import { InteractionContextType as Context, type InteractionType } from 'discord-api-types/v10';
import { type Place, permissionsIn } from '../access.js';
import { limits } from '../limits.js';
import type { Application, Id, Message } from '../model.js';
import { renderChannel } from '../render/guilds.js';
import { renderMessage } from '../render/messages.js';
import { renderMember, renderUserId } from '../render/people.js';
import type { World } from '../world.js';

export interface Told {
  readonly id: Id;
  readonly token: string;
  readonly type: InteractionType;
  readonly application: Application;
  readonly userId: Id;
  /** Where the person stands when they do it. */
  readonly place: Place;
  readonly data: unknown;
  readonly message: Message | undefined;
}

/** Builds the event's data. Nothing in it is shared with the world except what nobody changes in place. */
export function interactionData(world: World, told: Told): object {
  const { id, token, type, application, userId, place, data, message } = told;
  const { guild, member, channel } = place;
  return {
    id,
    application_id: application.id,
    type,
    token,
    version: 1,
    data,
    channel_id: channel.id,
    channel: renderChannel(world, channel, userId),
    ...(guild && member
      ? {
          guild_id: guild.id,
          guild: { id: guild.id, locale: guild.preferred_locale, features: guild.features },
          guild_locale: guild.preferred_locale,
          member: { ...renderMember(world, member), permissions: place.permissions.toString() },
        }
      : { user: renderUserId(world, userId) }),
    app_permissions: permissionsIn(world, application.bot_id, channel).toString(),
    locale: world.users.get(userId)?.locale ?? 'en-US',
    entitlements: [],
    authorizing_integration_owners: { '0': guild?.id ?? '0' },
    context: guild ? Context.Guild : Context.BotDM,
    attachment_size_limit: limits.message.file,
    ...(message && { message: renderMessage(world, message, application.bot_id) }),
  };
}
