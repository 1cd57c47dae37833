import type { RepliableInteraction } from 'discord.js';
import type { Community } from '../../src/community/community.js';
import { CLOSE_REASONS, LISTED_STATES, NOTE_LIMIT } from '../../src/community/question.js';
import type { QuestionPage } from '../../src/community/question-search.js';
import { ephemeral } from '../../src/discord/answer.js';
import { slashCommand, subcommand } from '../../src/discord/command.js';
import { button } from '../../src/discord/component.js';
import { missingPosts } from '../../src/discord/missing-posts.js';
import { LIST_PAGE } from '../../src/discord/views/addresses.js';
import * as views from '../../src/discord/views/questions.js';
import { LOCALES } from '../../src/platform/i18n.js';

const close = subcommand({
  options: {
    reason: { type: 'string', required: true, choices: CLOSE_REASONS },
    note: { type: 'string', maxLength: NOTE_LIMIT },
  },
  async run(interaction, { community, by, t, options }) {
    const question = community.questions.close(interaction.channelId, options.reason, options.note, by);
    await interaction.reply(ephemeral(views.closed(t, question)));
  },
});

const reopen = subcommand({
  async run(interaction, { community, by, t }) {
    const question = community.questions.reopen(interaction.channelId, by);
    await interaction.reply(ephemeral(views.reopened(t, question)));
  },
});

const list = subcommand({
  options: {
    state: { type: 'string', choices: LISTED_STATES },
    mine: { type: 'boolean' },
    language: { type: 'string', choices: LOCALES },
    version: { type: 'string', maxLength: views.LIST_VERSION_LIMIT },
    words: { type: 'string', maxLength: views.LIST_WORDS_LIMIT },
  },
  async run(interaction, { community, by, t, options }) {
    const filter = views.filterOf(
      {
        page: 0,
        state: options.state ?? 'open',
        mine: options.mine ?? false,
        language: options.language ?? '',
        version: views.filterWords(options.version, views.LIST_VERSION_LIMIT),
        words: views.filterWords(options.words, views.LIST_WORDS_LIMIT),
      },
      by.id,
    );
    const show = (): QuestionPage => community.questions.list(filter, 0);
    const page = show();
    await interaction.reply(ephemeral(views.list(t, interaction.guildId, filter, page)));
    await mend(interaction, community, page, () => views.list(t, interaction.guildId, filter, show()));
  },
});

/** Nobody told the bot of posts that were deleted while it was stopped: whoever sees them listed sees them go. */
async function mend(
  interaction: Pick<RepliableInteraction, 'client' | 'editReply'>,
  community: Community,
  { items }: QuestionPage,
  again: () => views.View,
): Promise<void> {
  const missing = await missingPosts(
    interaction.client,
    items.map(({ thread }) => thread),
  );
  if (missing.length === 0) return;
  for (const thread of missing) community.lost(thread);
  await interaction.editReply(again());
}

export const question = slashCommand({ name: 'question', subcommands: { close, reopen, list } });

/** Turns a list's page. */
export const listPage = button({
  ...LIST_PAGE,
  async run(interaction, { community, by, t, state }) {
    const filter = views.filterOf(state, by.id);
    const show = (): QuestionPage => community.questions.list(filter, state.page);
    const page = show();
    await interaction.update(views.list(t, interaction.guildId, filter, page));
    await mend(interaction, community, page, () => views.list(t, interaction.guildId, filter, show()));
  },
});
