import { type Message, MessageFlags } from 'discord.js';
import type { Reply } from '../../src/community/question.js';
import { ephemeral } from '../../src/discord/answer.js';
import { messageCommand } from '../../src/discord/command.js';
import { button } from '../../src/discord/component.js';
import { UNDO_ANSWER } from '../../src/discord/views/addresses.js';
import * as views from '../../src/discord/views/questions.js';

/** Accepts a reply in a question's post as an answer. */
export const accept = messageCommand({
  name: 'accept',
  async run(interaction, { community, by, t }) {
    const decided = community.questions.accept(interaction.channelId, replyOf(interaction.targetMessage), by);
    await interaction.reply(ephemeral(views.accepted(t, decided)));
  },
});

/** Takes an acceptance back: from the private answer above, or from the note that everyone sees. */
export const undoAnswer = button({
  ...UNDO_ANSWER,
  async run(interaction, { community, by, t, state }) {
    const view = views.undone(t, community.questions.undo(state.message, by));
    const isPrivate = interaction.message.flags.has(MessageFlags.Ephemeral);
    await (isPrivate ? interaction.update(view) : interaction.reply(ephemeral(view)));
  },
});

function replyOf({ id, author, system, content }: Message): Reply {
  return { id, author: author.id, bot: author.bot || system, content };
}
