import { ephemeral } from '../src/discord/answer.js';
import { slashCommand } from '../src/discord/command.js';

/** What this person can do, in their language, by job. */
export default slashCommand({
  name: 'help',
  async run(interaction, { t }) {
    await interaction.reply(ephemeral(t('help.title')));
  },
});
