/** Discord waits 3 s for a first answer. A handler that needs longer is deferred for, and need not know. */
import {
  type CommandInteraction,
  type InteractionEditReplyOptions,
  type InteractionReplyOptions,
  type MessageComponentInteraction,
  MessageFlags,
  type ModalSubmitInteraction,
} from 'discord.js';
import type { Cancel, Clock } from '../platform/clock.js';

export type Answerable =
  | CommandInteraction<'cached' | 'raw' | undefined>
  | MessageComponentInteraction<'cached' | 'raw' | undefined>
  | ModalSubmitInteraction<'cached' | 'raw' | undefined>;

export const DEFER_AFTER_MS = 2_000;
/** When Discord gives up; milliseconds. */
export const LATE_AFTER_MS = 3_000;

type Reply = string | InteractionReplyOptions;

/**
 * Defers in 2 s unless it was answered by then; from then on `reply`, `update` and the like edit or follow the deferral.
 * A deferred command's answer is ephemeral. Cancel when the handler is done.
 */
export function deferWhenSlow(interaction: Answerable, clock: Clock): Cancel {
  return clock.after(DEFER_AFTER_MS, () => {
    if (interaction.replied || interaction.deferred) return;
    if (interaction.isMessageComponent()) deferUpdate(interaction);
    else void deferReply(interaction);
  });
}

// A deferral that comes to nothing (the handler's own answer was on its way: 40060; the interaction is gone: 10062)
// is not a fault: the handler's next call says what is true.
const settled = (deferral: Promise<unknown>): Promise<void> =>
  deferral.then(
    () => undefined,
    () => undefined,
  );

/** For work that lets nothing else happen meanwhile, not even a deferral: defers before it. `reply` is as ever. */
export const deferNow = (interaction: CommandInteraction<'cached'>): Promise<void> => deferReply(interaction);

function deferReply(interaction: CommandInteraction | ModalSubmitInteraction): Promise<void> {
  const deferral = settled(interaction.deferReply({ flags: MessageFlags.Ephemeral }));
  const edit = async (answer: Reply) => {
    await deferral;
    return interaction.editReply(editOf(answer));
  };
  Object.assign(interaction, { reply: edit, update: edit, deferReply: () => deferral, deferUpdate: () => deferral });
  return deferral;
}

function deferUpdate(interaction: MessageComponentInteraction): void {
  const deferral = settled(interaction.deferUpdate());
  Object.assign(interaction, {
    reply: async (answer: Reply) => {
      await deferral;
      return interaction.followUp(answer);
    },
    update: async (answer: Reply) => {
      await deferral;
      return interaction.editReply(editOf(answer));
    },
    deferReply: () => deferral,
    deferUpdate: () => deferral,
  });
}

/** An edit cannot change who sees a message: of the flags, only those about its content remain. */
function editOf(answer: Reply): string | InteractionEditReplyOptions {
  if (typeof answer === 'string') return answer;
  const { flags, content, embeds, components, files, allowedMentions, poll } = answer;
  const isV2 = typeof flags === 'number' && (flags & MessageFlags.IsComponentsV2) !== 0;
  return {
    ...(content !== undefined && { content }),
    ...(embeds && { embeds }),
    ...(components && { components }),
    ...(files && { files }),
    ...(allowedMentions && { allowedMentions }),
    ...(poll && { poll }),
    ...(isV2 && { flags: MessageFlags.IsComponentsV2 }),
  };
}
