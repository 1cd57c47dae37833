/** Routes of messages: reading, sending, pins, reactions, polls, announcements. */
import { type APIMessage, ApplicationFlags } from 'discord-api-types/v10';
import { z } from 'zod';
import { withheld } from '../gateway/content.js';
import { limits } from '../limits.js';
import type { Application, Id, Message } from '../model.js';
import { listMessages, readOne } from '../operations/history.js';
import { bulkDelete, createMessage, deleteMessage, editMessage } from '../operations/messages.js';
import { crosspost, follow, listPins, setPinned } from '../operations/pins.js';
import { endPoll, voters } from '../operations/polls.js';
import { addReaction, clearReactions, reactors, removeReaction } from '../operations/reactions.js';
import { renderMessage } from '../render/messages.js';
import { renderUserId } from '../render/people.js';
import { parseForm, snowflake } from '../validate/form.js';
import { compareIds, type World } from '../world.js';
import { idOf, numberOf } from './query.js';
import { bot, type RestRoute } from './route.js';

const messages = '/channels/:channel/messages';
const one = `${messages}/:message`;
const reaction = `${one}/reactions/:emoji`;

const idsForm = z.object({ messages: z.array(snowflake) });
const followForm = z.object({ webhook_channel_id: snowflake });

/** Cuts a list of user ids to the page that is asked for. */
function page(ids: readonly Id[], query: URLSearchParams, most: number, usual: number): Id[] {
  const after = idOf(query, 'after') ?? '0';
  const limit = numberOf(query, 'limit', 1, most, usual);
  return ids
    .filter((id) => compareIds(id, after) > 0)
    .sort(compareIds)
    .slice(0, limit);
}

/** A message as a bot reads it: one that was not granted MESSAGE_CONTENT reads what the gateway would tell it. */
function readable(world: World, { bot_id, flags }: Application, message: Message): APIMessage {
  const rendered = renderMessage(world, message, bot_id);
  return message.guild_id === undefined || (flags & READS_CONTENT) !== 0 ? rendered : withheld(rendered, bot_id);
}

const READS_CONTENT = ApplicationFlags.GatewayMessageContent | ApplicationFlags.GatewayMessageContentLimited;

export function messageRoutes(world: World): RestRoute[] {
  return [
    bot('GET', messages, ({ application, by, params: { channel = '' }, query }) => {
      const found = listMessages(world, by, channel, {
        around: idOf(query, 'around'),
        before: idOf(query, 'before'),
        after: idOf(query, 'after'),
        limit: numberOf(query, 'limit', 1, limits.message.page, 50),
      });
      return found.map((message) => readable(world, application, message));
    }),
    bot('POST', messages, ({ by, params: { channel = '' }, body, files }) =>
      renderMessage(world, createMessage(world, by, channel, body, files), by),
    ),
    bot('POST', `${messages}/bulk-delete`, ({ by, params: { channel = '' }, body }) => {
      bulkDelete(world, by, channel, parseForm(idsForm, body).messages);
      return undefined;
    }),
    bot('GET', one, ({ application, by, params: { channel = '', message = '' } }) =>
      readable(world, application, readOne(world, by, channel, message)),
    ),
    bot('PATCH', one, ({ by, params: { channel = '', message = '' }, body, files }) =>
      renderMessage(world, editMessage(world, by, channel, message, body, files), by),
    ),
    bot('DELETE', one, ({ by, params: { channel = '', message = '' } }) => {
      deleteMessage(world, by, channel, message);
      return undefined;
    }),
    bot('POST', `${one}/crosspost`, ({ by, params: { channel = '', message = '' } }) =>
      renderMessage(world, crosspost(world, by, channel, message), by),
    ),
    bot('POST', '/channels/:channel/followers', ({ by, params: { channel = '' }, body }) =>
      follow(world, by, channel, parseForm(followForm, body).webhook_channel_id),
    ),
    ...pinRoutes(world),
    ...reactionRoutes(world),
    bot('GET', '/channels/:channel/polls/:message/answers/:answer', ({ by, params, query }) => {
      const { channel = '', message = '', answer = '' } = params;
      const chosen = page(voters(world, by, channel, message, Number(answer)), query, 100, 25);
      return { users: chosen.map((id) => renderUserId(world, id)) };
    }),
    bot('POST', '/channels/:channel/polls/:message/expire', ({ by, params: { channel = '', message = '' } }) =>
      renderMessage(world, endPoll(world, by, channel, message), by),
    ),
  ];
}

function pinRoutes(world: World): RestRoute[] {
  const pin = (path: string): RestRoute[] =>
    [true, false].map((pinned) =>
      bot(pinned ? 'PUT' : 'DELETE', path, ({ by, params: { channel = '', message = '' } }) => {
        setPinned(world, by, channel, message, pinned);
        return undefined;
      }),
    );
  return [
    bot('GET', '/channels/:channel/pins', ({ application, by, params: { channel = '' } }) =>
      listPins(world, by, channel)
        .slice(0, 50)
        .map((message) => readable(world, application, message)),
    ),
    bot('GET', `${messages}/pins`, ({ application, by, params: { channel = '' }, query }) => {
      const before = query.get('before');
      const limit = numberOf(query, 'limit', 1, 50, 50);
      const pins = listPins(world, by, channel).filter(
        ({ pinned_at }) => before === null || Date.parse(pinned_at ?? '') < Date.parse(before),
      );
      return {
        items: pins
          .slice(0, limit)
          .map((message) => ({ pinned_at: message.pinned_at, message: readable(world, application, message) })),
        has_more: pins.length > limit,
      };
    }),
    ...pin('/channels/:channel/pins/:message'),
    ...pin(`${messages}/pins/:message`),
  ];
}

function reactionRoutes(world: World): RestRoute[] {
  return [
    bot('PUT', `${reaction}/@me`, ({ by, params: { channel = '', message = '', emoji = '' } }) => {
      addReaction(world, by, channel, message, emoji);
      return undefined;
    }),
    bot('DELETE', `${reaction}/@me`, ({ by, params: { channel = '', message = '', emoji = '' } }) => {
      removeReaction(world, by, channel, message, emoji);
      return undefined;
    }),
    bot('DELETE', `${reaction}/:user`, ({ by, params: { channel = '', message = '', emoji = '', user = '' } }) => {
      removeReaction(world, by, channel, message, emoji, user);
      return undefined;
    }),
    bot('GET', reaction, ({ by, params: { channel = '', message = '', emoji = '' }, query }) =>
      page(reactors(world, by, channel, message, emoji), query, 100, 25).map((id) => renderUserId(world, id)),
    ),
    bot('DELETE', reaction, ({ by, params: { channel = '', message = '', emoji = '' } }) => {
      clearReactions(world, by, channel, message, emoji);
      return undefined;
    }),
    bot('DELETE', `${one}/reactions`, ({ by, params: { channel = '', message = '' } }) => {
      clearReactions(world, by, channel, message);
      return undefined;
    }),
  ];
}
