/** The REST routes of application commands and of answers to interactions. */
import { InteractionResponseType as Answering } from 'discord-api-types/v10';
import { fail } from '../errors.js';
import type { Command, Id, Message } from '../model.js';
import { renderMessage } from '../render/messages.js';
import { type Asking, type BotAsking, bot, open, type RestRoute, Status } from '../rest/route.js';
import type { World } from '../world.js';
import { answer } from './answer.js';
import type { Scope } from './commands.js';
import { edit, followUp, messageOf, remove } from './follow-up.js';
import type { Interactions } from './index.js';
import type { Interaction } from './live.js';

export function interactionRoutes(world: World, interactions: Interactions): RestRoute[] {
  return [
    ...commandRoutes(world, interactions, '/applications/:application/commands'),
    ...commandRoutes(world, interactions, '/applications/:application/guilds/:guild/commands'),
    ...answerRoutes(world, interactions),
  ];
}

function commandRoutes(world: World, { commands }: Interactions, path: string): RestRoute[] {
  const scopeOf = ({ application, params }: BotAsking): Scope => {
    if (application.id !== params.application) fail('notYourApplication');
    if (params.guild !== undefined && !world.guilds.get(params.guild)?.members.has(application.bot_id))
      fail('missingAccess');
    return { application, guildId: params.guild };
  };
  const idOf = ({ params }: Asking): Id => params.command ?? '';
  const one = `${path}/:command`;

  return [
    // Who may use a command is decided by people, in the settings of their server; nobody changed anything here.
    bot('GET', `${path}/permissions`, (asking) => (scopeOf(asking).guildId ? [] : fail('unknownCommand'))),
    bot('GET', `${one}/permissions`, (asking) => {
      commands.get(scopeOf(asking), idOf(asking));
      return fail('unknownCommandPermissions');
    }),
    bot('GET', path, (asking) => commands.list(scopeOf(asking)).map((command) => listed(command, asking))),
    bot('PUT', path, (asking) => commands.replace(scopeOf(asking), asking.body)),
    bot('POST', path, (asking) => {
      const { command, created } = commands.create(scopeOf(asking), asking.body);
      return created ? new Status(201, command) : command;
    }),
    bot('GET', one, (asking) => commands.get(scopeOf(asking), idOf(asking))),
    bot('PATCH', one, (asking) => commands.change(scopeOf(asking), idOf(asking), asking.body)),
    bot('DELETE', one, (asking) => {
      commands.remove(scopeOf(asking), idOf(asking));
      return undefined;
    }),
  ];
}

/** As a list shows a command: with all its languages where they are asked for, else with the one of the request. */
function listed(command: Command, { query, locale }: Asking): object {
  if (query.get('with_localizations') === 'true') return command;
  const { name_localizations: names, description_localizations: descriptions, ...rest } = command;
  if (locale === undefined) return rest;
  return {
    ...rest,
    name_localized: textIn(names, locale) ?? command.name,
    description_localized: textIn(descriptions, locale) ?? command.description,
  };
}

const textIn = (texts: Partial<Record<string, string | null>> | null | undefined, locale: string) =>
  texts?.[locale] ?? undefined;

function answerRoutes(world: World, { live, answering }: Interactions): RestRoute[] {
  const of = ({ params }: Asking): Interaction => live.answered(params.webhook ?? '', params.token ?? '');
  const idOf = ({ params }: Asking): Id => params.message ?? '@original';
  const show = (message: Message, { application }: Interaction) => renderMessage(world, message, application.bot_id);
  /** Webhooks of channels have the same paths. */
  const serves = ({ params }: Asking) => world.applications.has(params.webhook ?? '');
  const path = '/webhooks/:webhook/:token';
  const one = `${path}/messages/:message`;

  const webhooks = [
    open('POST', path, (asking) => {
      const interaction = of(asking);
      return show(followUp(answering, interaction, asking.body, asking.files), interaction);
    }),
    open('GET', one, (asking) => {
      const interaction = of(asking);
      return show(messageOf(answering, interaction, idOf(asking)), interaction);
    }),
    open('PATCH', one, (asking) => {
      const interaction = of(asking);
      return show(edit(answering, interaction, idOf(asking), asking.body, asking.files), interaction);
    }),
    open('DELETE', one, (asking) => {
      remove(answering, of(asking), idOf(asking));
      return undefined;
    }),
  ];
  const callback = open('POST', '/interactions/:interaction/:token/callback', ({ params, query, body, files }) => {
    const interaction = live.toAnswer(params.interaction ?? '', params.token ?? '');
    answer(answering, interaction, body, files);
    return query.get('with_response') === 'true' ? callbackOf(world, interaction, body) : undefined;
  });
  return [callback, ...webhooks.map((route) => ({ ...route, serves }))];
}

/** The body that `with_response` asks for. */
function callbackOf(world: World, interaction: Interaction, body: unknown): object {
  const { id, type, original, pending, guildId, channelId, application } = interaction;
  const callbackType = typeof body === 'object' && body !== null && 'type' in body ? body.type : undefined;
  // The message itself comes with an answer or an update, not with a deferral.
  const withMessage = callbackType === Answering.ChannelMessageWithSource || callbackType === Answering.UpdateMessage;
  const message = withMessage && original && renderMessage(world, original, application.bot_id);
  return {
    interaction: {
      id,
      type,
      channel_id: channelId,
      ...(guildId && { guild_id: guildId }),
      ...(original && {
        response_message_id: original.id,
        response_message_loading: pending !== undefined && !pending.update,
        response_message_ephemeral: original.ephemeral_for !== undefined,
      }),
    },
    ...(message && { resource: { type: callbackType, message } }),
  };
}
