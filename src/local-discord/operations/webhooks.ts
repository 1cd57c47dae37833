/** Webhooks: made by who may, and posting for whoever knows their token. */
import { ChannelType, PermissionFlagsBits as P, WebhookType } from 'discord-api-types/v10';
import { z } from 'zod';
import { allowedIn, guildPlaceOf } from '../access.js';
import { fail, invalid } from '../errors.js';
import { limits } from '../limits.js';
import type { Channel, Id, Message, Webhook } from '../model.js';
import { ALL, isForum, isThread } from '../permissions.js';
import { parseForm, snowflake, text } from '../validate/form.js';
import type { Upload } from '../validate/message.js';
import type { World } from '../world.js';
import { postMessage, removeMessage, reviseMessage } from './messages.js';
import { startThread } from './threads.js';

const name = text(1, limits.webhook.name).check((ctx) => {
  if (/clyde|discord/i.test(ctx.value))
    ctx.issues.push({
      code: 'custom',
      input: ctx.value,
      message: 'Username cannot contain "clyde" or "discord"',
      params: { code: 'USERNAME_INVALID_CONTAINS' },
    });
});
const webhookForm = z.object({ name, avatar: z.string().nullish(), channel_id: snowflake.nullish() });

/** Refuses: missingPermissions without MANAGE_WEBHOOKS, maxWebhooks, invalidForm. */
export function createWebhook(world: World, by: Id, channelId: Id, body: unknown): Webhook {
  const { guild, channel } = guildPlaceOf(world, by, channelId, P.ManageWebhooks);
  if (isThread(channel) || channel.type === ChannelType.GuildCategory) fail('wrongChannelType');
  const form = parseForm(webhookForm, body);
  if (webhooksOf(world, channelId).length >= limits.guild.webhooksInChannel) fail('maxWebhooks');
  const application = [...world.applications.values()].find((one) => one.bot_id === by);
  const webhook: Webhook = {
    id: world.newId(),
    type: WebhookType.Incoming,
    guild_id: guild.id,
    channel_id: channelId,
    name: form.name.trim(),
    avatar: null,
    token: world.newSecret(68),
    user_id: by,
    application_id: application?.id ?? null,
  };
  world.webhooks.set(webhook.id, webhook);
  webhookChanged(world, webhook);
  return webhook;
}

const webhooksOf = (world: World, channelId: Id): Webhook[] =>
  [...world.webhooks.values()].filter((one) => one.channel_id === channelId);

function webhookChanged(world: World, webhook: Webhook): void {
  const { id, guild_id, channel_id } = webhook;
  world.changed('webhook', id, guild_id, world.webhooks.has(id) ? webhook : undefined);
  world.emit({ t: 'WEBHOOKS_UPDATE', d: { guild_id, channel_id }, guildId: guild_id, channelId: channel_id });
}

/** Refuses: missingPermissions without MANAGE_WEBHOOKS. */
export function channelWebhooks(world: World, by: Id, channelId: Id): Webhook[] {
  guildPlaceOf(world, by, channelId, P.ManageWebhooks);
  return webhooksOf(world, channelId);
}

/** Refuses: missingPermissions without MANAGE_WEBHOOKS. */
export function guildWebhooks(world: World, by: Id, guildId: Id): Webhook[] {
  allowedIn(world, by, guildId, P.ManageWebhooks);
  return [...world.webhooks.values()].filter((one) => one.guild_id === guildId);
}

/** By who manages it. Refuses: unknownWebhook, missingPermissions. */
export function findWebhook(world: World, by: Id, id: Id): Webhook {
  const webhook = world.webhooks.get(id) ?? fail('unknownWebhook');
  guildPlaceOf(world, by, webhook.channel_id, P.ManageWebhooks);
  return webhook;
}

/** By who knows its token. Refuses: unknownWebhook, webhookToken. */
export function webhookByToken(world: World, id: Id, token: string): Webhook {
  const webhook = world.webhooks.get(id) ?? fail('unknownWebhook');
  if (!webhook.token || webhook.token !== token) fail('webhookToken');
  return webhook;
}

/** Refuses: invalidForm; moving it needs `by` and MANAGE_WEBHOOKS where it goes. */
export function updateWebhook(world: World, webhook: Webhook, body: unknown, by?: Id): Webhook {
  const form = parseForm(webhookForm.partial(), body);
  if (form.name !== undefined) webhook.name = form.name.trim();
  if (form.channel_id && by !== undefined) {
    guildPlaceOf(world, by, form.channel_id, P.ManageWebhooks);
    webhook.channel_id = form.channel_id;
  }
  webhookChanged(world, webhook);
  return webhook;
}

export function deleteWebhook(world: World, webhook: Webhook): void {
  world.webhooks.delete(webhook.id);
  webhookChanged(world, webhook);
}

const executeForm = z.object({
  username: text(1, limits.webhook.name).nullish(),
  avatar_url: z.string().max(2048).nullish(),
  thread_name: text(0, limits.channel.name).nullish(),
  applied_tags: z.array(snowflake).max(limits.channel.appliedTags).nullish(),
});

/** Posts through a webhook. Refuses: as postMessage, unknownChannel for a thread of another channel, invalidForm. */
export function executeWebhook(
  world: World,
  webhook: Webhook,
  body: unknown,
  files: readonly Upload[],
  threadId: Id | undefined,
): Message {
  const form = parseForm(executeForm, body);
  const channel = world.channels.get(webhook.channel_id) ?? fail('unknownChannel');
  const sender = {
    authorId: webhook.id,
    permissions: ALL,
    webhook: { id: webhook.id, username: form.username ?? webhook.name, avatar: webhook.avatar },
    applicationId: webhook.application_id ?? undefined,
  };
  if (isForum(channel) && threadId === undefined) {
    if (!form.thread_name)
      invalid(
        'thread_name',
        'WEBHOOK_FORUM_THREAD_REQUIRED',
        'Webhooks posted to forum channels must have a thread_name or thread_id',
      );
    const creator = webhook.user_id ?? fail('missingPermissions');
    const started = startThread(world, creator, channel.id, {
      name: form.thread_name,
      applied_tags: form.applied_tags,
      message: { ...(typeof body === 'object' ? body : {}), content: readContent(body) },
    });
    return started.message ?? fail('unknownMessage');
  }
  return postMessage(world, targetOf(world, channel, threadId).id, sender, body, files);
}

const readContent = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'content' in body ? body.content : undefined;

function targetOf(world: World, channel: Channel, threadId: Id | undefined): Channel {
  if (threadId === undefined) return channel;
  const thread = world.channels.get(threadId);
  return thread?.parent_id === channel.id ? thread : fail('unknownChannel');
}

/** A message that this webhook posted. Refuses: unknownMessage. */
export function webhookMessage(world: World, webhook: Webhook, messageId: Id, threadId: Id | undefined): Message {
  const message = world.messages(threadId ?? webhook.channel_id).get(messageId);
  return message?.webhook?.id === webhook.id ? message : fail('unknownMessage');
}

/** Refuses: unknownMessage, and as reviseMessage. */
export function editWebhookMessage(
  world: World,
  webhook: Webhook,
  messageId: Id,
  threadId: Id | undefined,
  body: unknown,
  files: readonly Upload[],
): Message {
  return reviseMessage(world, webhookMessage(world, webhook, messageId, threadId), ALL, body, files);
}

/** Refuses: unknownMessage. */
export function deleteWebhookMessage(world: World, webhook: Webhook, messageId: Id, threadId: Id | undefined): void {
  removeMessage(world, webhookMessage(world, webhook, messageId, threadId));
}
