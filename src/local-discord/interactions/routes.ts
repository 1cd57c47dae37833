/** The REST routes of application commands and of answers to interactions. */
import { InteractionResponseType as Answering } from 'discord-api-types/v10';
import { fail } from '../errors.js';
import type { Application, Command, Id, Message } from '../model.js';
import { renderMessage } from '../render/messages.js';
import type { Upload } from '../validate/message.js';
import type { World } from '../world.js';
import { answer } from './answer.js';
import type { Scope } from './commands.js';
import { edit, followUp, messageOf, remove } from './follow-up.js';
import type { Interactions } from './index.js';
import type { Interaction } from './live.js';

/** A request of an application, parsed by the REST server. */
export interface Asking {
  /** Undefined on routes that a token in the path opens. */
  readonly application: Application | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly files: readonly Upload[];
  /** `X-Discord-Locale`. */
  readonly locale: string | undefined;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

export interface InteractionRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below /api/v10, with `:name` for parameters. */
  readonly path: string;
  /** Whether the bot's token is needed; else the path's own token opens it. */
  readonly authorised: boolean;
  run(asking: Asking): Reply;
}

const ok = (body: unknown): Reply => ({ status: 200, body });
const nothing: Reply = { status: 204 };

export function interactionRoutes(world: World, interactions: Interactions): InteractionRoute[] {
  return [
    ...commandRoutes(world, interactions, '/applications/:application/commands'),
    ...commandRoutes(world, interactions, '/applications/:application/guilds/:guild/commands'),
    ...answerRoutes(world, interactions),
  ];
}

function commandRoutes(world: World, { commands }: Interactions, path: string): InteractionRoute[] {
  const authorised = true;
  const scopeOf = ({ application, params }: Asking): Scope => {
    if (!application || application.id !== params.application) fail('notYourApplication');
    if (params.guild !== undefined && !world.guilds.get(params.guild)?.members.has(application.bot_id))
      fail('missingAccess');
    return { application, guildId: params.guild };
  };
  const idOf = ({ params }: Asking): Id => params.command ?? '';

  return [
    {
      method: 'GET',
      path,
      authorised,
      run: (asking) => ok(commands.list(scopeOf(asking)).map((command) => listed(command, asking))),
    },
    { method: 'PUT', path, authorised, run: (asking) => ok(commands.replace(scopeOf(asking), asking.body)) },
    {
      method: 'POST',
      path,
      authorised,
      run(asking) {
        const { command, created } = commands.create(scopeOf(asking), asking.body);
        return { status: created ? 201 : 200, body: command };
      },
    },
    {
      method: 'GET',
      path: `${path}/:command`,
      authorised,
      run: (asking) => ok(commands.get(scopeOf(asking), idOf(asking))),
    },
    {
      method: 'PATCH',
      path: `${path}/:command`,
      authorised,
      run: (asking) => ok(commands.change(scopeOf(asking), idOf(asking), asking.body)),
    },
    {
      method: 'DELETE',
      path: `${path}/:command`,
      authorised,
      run(asking) {
        commands.remove(scopeOf(asking), idOf(asking));
        return nothing;
      },
    },
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

function answerRoutes(world: World, { live, answering }: Interactions): InteractionRoute[] {
  const authorised = false;
  const of = ({ params }: Asking): Interaction => live.answered(params.webhook ?? '', params.token ?? '');
  const idOf = ({ params }: Asking): Id => params.message ?? '@original';
  const show = (message: Message, { application }: Interaction) =>
    ok(renderMessage(world, message, application.bot_id));
  const path = '/webhooks/:webhook/:token';

  return [
    {
      method: 'POST',
      path: '/interactions/:interaction/:token/callback',
      authorised,
      run({ params, query, body, files }) {
        const interaction = live.toAnswer(params.interaction ?? '', params.token ?? '');
        answer(answering, interaction, body, files);
        return query.get('with_response') === 'true' ? ok(callbackOf(world, interaction, body)) : nothing;
      },
    },
    {
      method: 'POST',
      path,
      authorised,
      run(asking) {
        const interaction = of(asking);
        return show(followUp(answering, interaction, asking.body, asking.files), interaction);
      },
    },
    {
      method: 'GET',
      path: `${path}/messages/:message`,
      authorised,
      run(asking) {
        const interaction = of(asking);
        return show(messageOf(answering, interaction, idOf(asking)), interaction);
      },
    },
    {
      method: 'PATCH',
      path: `${path}/messages/:message`,
      authorised,
      run(asking) {
        const interaction = of(asking);
        return show(edit(answering, interaction, idOf(asking), asking.body, asking.files), interaction);
      },
    },
    {
      method: 'DELETE',
      path: `${path}/messages/:message`,
      authorised,
      run(asking) {
        remove(answering, of(asking), idOf(asking));
        return nothing;
      },
    },
  ];
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
