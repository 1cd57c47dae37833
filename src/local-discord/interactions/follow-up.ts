/** What an application says after its first answer: /webhooks/{application}/{token}/… */
import { MessageType } from 'discord-api-types/v10';
import { fail } from '../errors.js';
import type { Id, Message } from '../model.js';
import { removeMessage, reviseMessage } from '../operations/messages.js';
import type { Upload } from '../validate/message.js';
import { type AnswerDeps, botPermissions, send, shown, stillThere, wantsEphemeral } from './answer.js';
import type { Interaction } from './live.js';

/** `@original`, or the id of a follow-up or of the message whose component was used. Refuses: unknownMessage. */
export function messageOf({ world }: AnswerDeps, interaction: Interaction, id: Id | '@original'): Message {
  const { original, followUps, source } = interaction;
  const message = id === '@original' ? original : [original, source, followUps.get(id)].find((one) => one?.id === id);
  return message && stillThere(world, message) ? message : fail('unknownMessage');
}

/** Edits an answer or a follow-up; this ends a deferral. Refuses: unknownMessage, and as any edit. */
export function edit(
  deps: AnswerDeps,
  interaction: Interaction,
  id: Id | '@original',
  body: unknown,
  files: readonly Upload[],
): Message {
  const message = messageOf(deps, interaction, id);
  reviseMessage(deps.world, message, botPermissions(deps.world, interaction), body, files);
  const { pending } = interaction;
  if (pending && message === interaction.original) {
    interaction.pending = undefined;
    const seen = shown(deps.world, interaction, message);
    interaction.settle(
      pending.update
        ? { kind: 'update', message: seen }
        : { kind: 'message', message: seen, ephemeral: pending.ephemeral },
    );
  }
  return message;
}

/** Sends a follow-up. The first one after a deferral takes the place of what is loading, as Discord does it. */
export function followUp(deps: AnswerDeps, interaction: Interaction, body: unknown, files: readonly Upload[]): Message {
  const { pending } = interaction;
  if (pending && !pending.update) return edit(deps, interaction, '@original', body, files);
  const said = typeof body === 'object' && body !== null ? body : {};
  const ephemeral = wantsEphemeral(said);
  const message = send(deps, interaction, said, files, ephemeral, MessageType.Reply);
  interaction.followUps.set(message.id, message);
  if (pending) {
    interaction.pending = undefined;
    interaction.settle({ kind: 'message', message: shown(deps.world, interaction, message), ephemeral });
  }
  return message;
}

/** Takes back an answer or a follow-up. Refuses: unknownMessage. */
export function remove(deps: AnswerDeps, interaction: Interaction, id: Id | '@original'): void {
  const message = messageOf(deps, interaction, id);
  removeMessage(deps.world, message);
  if (message.ephemeral_for) deps.privately.remove(message.ephemeral_for, message.channel_id, message.id);
  interaction.followUps.delete(message.id);
  if (message !== interaction.original) return;
  interaction.original = undefined;
  if (interaction.pending) interaction.settle({ kind: 'deferred', ephemeral: interaction.pending.ephemeral });
  interaction.pending = undefined;
}
