import { DiscordAPIError, DiscordjsError, HTTPError, type Interaction, RESTJSONErrorCodes } from 'discord.js';
import { Refusal } from '../community/refusal.js';
import { GuildUnavailable } from '../platform/guild-unavailable.js';
import { type MessageKey, type Translator, translator } from '../platform/i18n.js';
import { ephemeral } from './answer.js';
import { BadInteraction, OutOfDate } from './bad-interaction.js';
import type { Faults } from './faults.js';
import type { Outcome } from './meter.js';
import { readerOf } from './person.js';

/** Tells the person, and them alone, what came instead of an answer. Faults are noted; their text is never shown. */
export async function answerError(
  interaction: Interaction,
  error: unknown,
  where: string,
  faults: Faults,
): Promise<Outcome> {
  if (says(error, RESTJSONErrorCodes.UnknownInteraction)) return 'late';
  const t = translator(readerOf(interaction));
  const known = explain(error, t);
  const code = faults.newCode();
  const details = { where, guildId: interaction.guildId, interactionId: interaction.id, code };
  try {
    await say(interaction, known ?? t(faultKey(error), { code }));
  } catch (sending) {
    // The handler's answer did arrive, and only Discord's receipt was lost: the person has what they asked for.
    if (says(sending, RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged)) return 'ok';
    if (says(sending, RESTJSONErrorCodes.UnknownInteraction)) return 'late';
    faults.note(sending, details);
  }
  if (known !== undefined) return 'refusal';
  faults.note(error, details);
  return 'fault';
}

/** What a person can make sense of; undefined for a fault. */
function explain(error: unknown, t: Translator): string | undefined {
  if (error instanceof Refusal) return t(error.key, error.context);
  if (error instanceof GuildUnavailable) return t('answer.unavailable', { kind: error.kind });
  if (error instanceof OutOfDate) return t('answer.out_of_date');
  if (error instanceof BadInteraction) return t('answer.unknown_command');
  return undefined;
}

async function say(interaction: Interaction, text: string): Promise<void> {
  if (interaction.isAutocomplete()) {
    if (!interaction.responded) await interaction.respond([]);
  } else if (interaction.replied || (interaction.deferred && interaction.isMessageComponent())) {
    await interaction.followUp(ephemeral(text));
  } else if (interaction.deferred) {
    await interaction.editReply(text);
  } else {
    // While a deferral of ours is on its way, `reply` waits for it: see patience.ts.
    await interaction.reply(ephemeral(text));
  }
}

/** Whether something was changed is not known when the operation went well and only its answer did not. */
function faultKey(error: unknown): MessageKey {
  const answering = error instanceof DiscordAPIError || error instanceof HTTPError || error instanceof DiscordjsError;
  return answering ? 'answer.fault_answering' : 'answer.fault';
}

function says(error: unknown, code: RESTJSONErrorCodes): boolean {
  return error instanceof DiscordAPIError && error.code === code;
}
