/** Routes of users, applications and webhooks. */

import { fail } from '../errors.js';
import type { Application } from '../model.js';
import { leaveGuild } from '../operations/members.js';
import { openDirectBy, updateApplication, updateSelf } from '../operations/users.js';
import {
  channelWebhooks,
  createWebhook,
  deleteWebhook,
  deleteWebhookMessage,
  editWebhookMessage,
  executeWebhook,
  findWebhook,
  guildWebhooks,
  updateWebhook,
  webhookByToken,
  webhookMessage,
} from '../operations/webhooks.js';
import { guildPermissions } from '../permissions.js';
import { renderChannel, renderPartialGuild, renderWebhook } from '../render/guilds.js';
import { renderMessage } from '../render/messages.js';
import { renderApplication, renderSelf, renderUser } from '../render/people.js';
import { compareIds, type World } from '../world.js';
import { idOf, isTrue, numberOf } from './query.js';
import { type Asking, bot, open, type RestRoute } from './route.js';

export function userRoutes(world: World): RestRoute[] {
  const own = (application: Application, id: string) =>
    id === '@me' || id === application.id ? application : fail('unknownApplication');
  return [
    bot('GET', '/users/@me', ({ by }) => renderSelf(world.users.get(by) ?? fail('unknownUser'))),
    bot('PATCH', '/users/@me', ({ by, body }) => renderSelf(updateSelf(world, by, body))),
    bot('GET', '/users/:user', ({ params: { user = '' } }) => renderUser(world.users.get(user) ?? fail('unknownUser'))),
    bot('POST', '/users/@me/channels', ({ by, body }) => renderChannel(world, openDirectBy(world, by, body), by)),
    bot('GET', '/users/@me/guilds', ({ by, query }) => {
      const after = idOf(query, 'after') ?? '0';
      return [...world.guilds.values()]
        .filter((guild) => guild.members.has(by) && compareIds(guild.id, after) > 0)
        .sort((a, b) => compareIds(a.id, b.id))
        .slice(0, numberOf(query, 'limit', 1, 200, 200))
        .map((guild) => {
          const member = guild.members.get(by);
          return renderPartialGuild(guild, by, member ? guildPermissions(guild, member, world.now()) : 0n);
        });
    }),
    bot('DELETE', '/users/@me/guilds/:guild', ({ by, params: { guild = '' } }) => {
      leaveGuild(world, by, guild);
      return undefined;
    }),
    bot('GET', '/oauth2/applications/@me', ({ application }) => renderApplication(world, application)),
    bot('GET', '/applications/:application', ({ application, params }) =>
      renderApplication(world, own(application, params.application ?? '')),
    ),
    bot('PATCH', '/applications/:application', ({ application, params, body }) =>
      renderApplication(world, updateApplication(world, own(application, params.application ?? ''), body)),
    ),
    bot('GET', '/applications/:application/emojis', () => ({ items: [] })),
    bot('GET', '/applications/:application/entitlements', () => []),
    bot('GET', '/voice/regions', () => [
      { id: 'rotterdam', name: 'Rotterdam', optimal: true, deprecated: false, custom: false },
    ]),
    bot('GET', '/sticker-packs', () => ({ sticker_packs: [] })),
    ...webhookRoutes(world),
  ];
}

function webhookRoutes(world: World): RestRoute[] {
  return [
    bot('GET', '/channels/:channel/webhooks', ({ by, params: { channel = '' } }) =>
      channelWebhooks(world, by, channel).map((webhook) => renderWebhook(world, webhook, true)),
    ),
    bot('POST', '/channels/:channel/webhooks', ({ by, params: { channel = '' }, body }) =>
      renderWebhook(world, createWebhook(world, by, channel, body), true),
    ),
    bot('GET', '/guilds/:guild/webhooks', ({ by, params: { guild = '' } }) =>
      guildWebhooks(world, by, guild).map((webhook) => renderWebhook(world, webhook, true)),
    ),
    bot('GET', '/webhooks/:webhook', ({ by, params: { webhook = '' } }) =>
      renderWebhook(world, findWebhook(world, by, webhook), true),
    ),
    bot('PATCH', '/webhooks/:webhook', ({ by, params: { webhook = '' }, body }) =>
      renderWebhook(world, updateWebhook(world, findWebhook(world, by, webhook), body, by), true),
    ),
    bot('DELETE', '/webhooks/:webhook', ({ by, params: { webhook = '' } }) => {
      deleteWebhook(world, findWebhook(world, by, webhook));
      return undefined;
    }),
    ...tokenRoutes(world).map((route) => ({
      ...route,
      // An application's id stands in the same place: its answers are not ours.
      serves: ({ params }: Asking) => !world.applications.has(params.webhook ?? ''),
    })),
  ];
}

function tokenRoutes(world: World): RestRoute[] {
  const path = '/webhooks/:webhook/:token';
  const one = `${path}/messages/:message`;
  const of = ({ params }: Asking) => webhookByToken(world, params.webhook ?? '', params.token ?? '');
  const threadOf = ({ query }: Asking) => idOf(query, 'thread_id');
  return [
    open('GET', path, (asking) => renderWebhook(world, of(asking), true)),
    open('PATCH', path, (asking) => renderWebhook(world, updateWebhook(world, of(asking), asking.body), true)),
    open('DELETE', path, (asking) => {
      deleteWebhook(world, of(asking));
      return undefined;
    }),
    open('POST', path, (asking) => {
      const message = executeWebhook(world, of(asking), asking.body, asking.files, threadOf(asking));
      return isTrue(asking.query, 'wait') ? renderMessage(world, message) : undefined;
    }),
    open('GET', one, (asking) =>
      renderMessage(world, webhookMessage(world, of(asking), asking.params.message ?? '', threadOf(asking))),
    ),
    open('PATCH', one, (asking) => {
      const { params, body, files } = asking;
      return renderMessage(
        world,
        editWebhookMessage(world, of(asking), params.message ?? '', threadOf(asking), body, files),
      );
    }),
    open('DELETE', one, (asking) => {
      deleteWebhookMessage(world, of(asking), asking.params.message ?? '', threadOf(asking));
      return undefined;
    }),
  ];
}
