import { DiscordAPIError, type Interaction, RESTJSONErrorCodes } from 'discord.js';
import { Refusal } from '../community/refusal.js';
import { GuildUnavailable } from '../platform/guild-unavailable.js';
import { localeOf, type Translator, translator } from '../platform/i18n.js';
import { ephemeral } from './answer.js';
import { BadInteraction, OutOfDate } from './bad-interaction.js';
import type { Faults } from './faults.js';
import type { Outcome } from './meter.js';

/** Tells the person, and them alone, what came instead of an answer. Faults are noted; their text is never shown. */
export async function answerError(
  interaction: Interaction,
  error: unknown,
  where: string,
  faults: Faults,
): Promise<Outcome> {
  if (isGone(error)) return 'late';
  const t = translator(localeOf(interaction.locale));
  const known = explain(error, t);
  const details = { where, guildId: interaction.guildId, interactionId: interaction.id };
  const text = known ?? t('answer.fault', { code: faults.note(error, details) });
  try {
    await say(interaction, text);
  } catch (sending) {
    if (isGone(sending)) return 'late';
    faults.note(sending, details);
    return 'fault';
  }
  return known === undefined ? 'fault' : 'refusal';
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
  } else if (interaction.replied) {
    await interaction.followUp(ephemeral(text));
  } else {
    // After a deferral, `reply` is an edit of it: see patience.ts.
    await interaction.reply(ephemeral(text));
  }
}

/** The interaction's time was over before our first answer arrived. Nothing can be said any more. */
function isGone(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.UnknownInteraction;
}
