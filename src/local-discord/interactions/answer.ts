/** The first answer to an interaction: POST /interactions/{id}/{token}/callback. */
import {
  InteractionResponseType as Answering,
  type APIMessage,
  InteractionType,
  MessageFlags,
  MessageType,
} from 'discord-api-types/v10';
import { z } from 'zod';
import { permissionsIn } from '../access.js';
import type { OpenModal } from '../actor.js';
import { FormErrors, fail, invalid } from '../errors.js';
import type { Id, Message } from '../model.js';
import { postMessage, publish, reviseMessage, type Sender } from '../operations/messages.js';
import { renderMessage } from '../render/messages.js';
import { readModal } from '../validate/components.js';
import { parseForm, text } from '../validate/form.js';
import type { Upload } from '../validate/message.js';
import type { World } from '../world.js';
import { canUpdate, type Interaction, isAutocomplete } from './live.js';
import { metadataOf } from './metadata.js';
import type { PrivateMessages } from './private-messages.js';

export interface AnswerDeps {
  readonly world: World;
  readonly privately: PrivateMessages;
  /** Puts a modal on the person's screen. */
  openModal(interaction: Interaction, data: OpenModal['data']): OpenModal;
}

const callback = z.object({ type: z.enum(Answering), data: z.unknown().optional() });

const autocompletion = z.object({
  data: z.object({
    choices: z
      .array(
        z.object({
          name: text(1, 100),
          name_localizations: z.record(z.string(), z.string()).nullish(),
          value: z.union([text(1, 100), z.number()]),
        }),
      )
      .max(25),
  }),
});

const deferral = z.object({ data: z.object({ flags: z.number().int().nonnegative().nullish() }).nullish() });

type Answerer = (deps: AnswerDeps, interaction: Interaction, data: unknown, files: readonly Upload[]) => void;

const answerers: Partial<Record<Answering, Answerer>> = {
  [Answering.ChannelMessageWithSource]: withMessage,
  [Answering.DeferredChannelMessageWithSource]: withDeferral,
  [Answering.DeferredMessageUpdate]: withDeferredUpdate,
  [Answering.UpdateMessage]: withUpdate,
  [Answering.ApplicationCommandAutocompleteResult]: withChoices,
  [Answering.Modal]: withModal,
};

/** Answers an open interaction. Refuses with 50035 what does not fit its kind; it then stays open. */
export function answer(deps: AnswerDeps, interaction: Interaction, body: unknown, files: readonly Upload[]): void {
  const { type, data } = parseForm(callback, body);
  if (isAutocomplete(interaction) !== (type === Answering.ApplicationCommandAutocompleteResult)) refuseType();
  const answerWith = answerers[type] ?? refuseType();
  answerWith(deps, interaction, data, files);
}

function refuseType(): never {
  return invalid('type', 'INTERACTION_CALLBACK_TYPE_INVALID', 'This interaction cannot be answered with this type.');
}

/** Refuses: a type that needs a message to update, unknownMessage when that is gone. */
function sourceOf(interaction: Interaction): Message {
  return interaction.source && canUpdate(interaction) ? interaction.source : refuseType();
}

function withMessage(deps: AnswerDeps, interaction: Interaction, data: unknown, files: readonly Upload[]): void {
  if (typeof data !== 'object' || data === null) invalid('data', 'BASE_TYPE_REQUIRED', 'This field is required');
  const ephemeral = wantsEphemeral(data);
  const message = send(deps, interaction, data, files, ephemeral, answerType(interaction));
  interaction.original = message;
  interaction.answer({ kind: 'message', message: shown(deps.world, interaction, message), ephemeral });
}

/** Sends a message of this interaction: its answer, or a follow-up. */
export function send(
  { world, privately }: AnswerDeps,
  interaction: Interaction,
  body: object,
  files: readonly Upload[],
  ephemeral: boolean,
  type: MessageType,
): Message {
  const { application, channelId, userId, source } = interaction;
  const sender: Sender = {
    authorId: application.bot_id,
    permissions: botPermissions(world, interaction),
    applicationId: application.id,
    interaction: metadataOf(world, interaction),
    command: interaction.command,
    type,
    ...(ephemeral && { ephemeralFor: userId }),
  };
  // What was used or looked at is quoted, if others can see it.
  const quoted = source?.ephemeral_for ? undefined : (source?.id ?? interaction.target.messageId);
  const reference = quoted && { message_reference: { message_id: quoted, fail_if_not_exists: false } };
  const message = postMessage(world, channelId, sender, { ...body, ...reference }, files);
  if (ephemeral) privately.keep(userId, message);
  return message;
}

/** A deferral shows "thinking…": a message that is loading. */
function withDeferral({ world, privately }: AnswerDeps, interaction: Interaction, data: unknown): void {
  const flags = parseForm(deferral, { data }).data?.flags;
  if (flags && (flags & ~MessageFlags.Ephemeral) !== 0)
    invalid('data.flags', 'BASE_TYPE_CHOICES', 'A deferral takes the ephemeral flag only.');
  const ephemeral = flags === MessageFlags.Ephemeral;
  const message = loading(world, interaction, ephemeral);
  const channel = world.channels.get(interaction.channelId) ?? fail('unknownChannel');
  publish(world, channel, message);
  if (ephemeral) privately.keep(interaction.userId, message);
  interaction.original = message;
  interaction.pending = { ephemeral, update: false };
  interaction.answer({ kind: 'deferred', ephemeral });
}

function loading(world: World, interaction: Interaction, ephemeral: boolean): Message {
  const { application, channelId, guildId, userId } = interaction;
  return {
    id: world.newId(),
    channel_id: channelId,
    ...(guildId && { guild_id: guildId }),
    author_id: application.bot_id,
    application_id: application.id,
    type: answerType(interaction),
    content: '',
    embeds: [],
    components: [],
    attachments: [],
    mentions: [],
    mention_roles: [],
    mention_everyone: false,
    tts: false,
    flags: MessageFlags.Loading | (ephemeral ? MessageFlags.Ephemeral : 0),
    pinned: false,
    timestamp: world.iso(),
    edited_timestamp: null,
    reactions: [],
    interaction_metadata: metadataOf(world, interaction),
    command: interaction.command,
    ...(ephemeral && { ephemeral_for: userId }),
  };
}

function withDeferredUpdate(_deps: AnswerDeps, interaction: Interaction): void {
  interaction.original = sourceOf(interaction);
  interaction.pending = { ephemeral: false, update: true };
  interaction.answer({ kind: 'deferred-update' });
}

function withChoices(_deps: AnswerDeps, interaction: Interaction, data: unknown): void {
  const { choices } = parseForm(autocompletion, { data }).data;
  interaction.answer({ kind: 'autocomplete', choices });
}

function withUpdate({ world }: AnswerDeps, interaction: Interaction, data: unknown, files: readonly Upload[]): void {
  const source = sourceOf(interaction);
  if (!stillThere(world, source)) fail('unknownMessage');
  reviseMessage(world, source, botPermissions(world, interaction), data ?? {}, files);
  interaction.original = source;
  interaction.answer({ kind: 'update', message: shown(world, interaction, source) });
}

function withModal({ openModal }: AnswerDeps, interaction: Interaction, data: unknown): void {
  if (interaction.type === InteractionType.ModalSubmit) refuseType();
  const errors = new FormErrors();
  const modal = readModal(data, errors);
  errors.settle();
  if (modal) interaction.answer({ kind: 'modal', modal: openModal(interaction, modal) });
}

export const stillThere = (world: World, message: Message): boolean =>
  (message.ephemeral_for === undefined ? world.messages(message.channel_id) : world.ephemeral).has(message.id);

export const wantsEphemeral = (body: object): boolean =>
  'flags' in body && typeof body.flags === 'number' && (body.flags & MessageFlags.Ephemeral) !== 0;

export const botPermissions = (world: World, { application, channelId }: Interaction): bigint => {
  const channel = world.channels.get(channelId);
  return channel ? permissionsIn(world, application.bot_id, channel) : 0n;
};

/** The message as the person sees it. */
export const shown = (
  world: World,
  { userId, guildId }: { userId: Id; guildId?: Id },
  message: Message,
): APIMessage => {
  const rendered = renderMessage(world, message, userId);
  return guildId === undefined ? rendered : Object.assign(rendered, { guild_id: guildId });
};

function answerType({ type, target }: Interaction): MessageType {
  if (type === InteractionType.ApplicationCommand)
    return target.messageId || target.userId ? MessageType.ContextMenuCommand : MessageType.ChatInputCommand;
  return MessageType.Default;
}
