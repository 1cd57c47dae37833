import { accessOf } from '../src/discord/access.js';
import { ephemeral } from '../src/discord/answer.js';
import { slashCommand } from '../src/discord/command.js';
import { button } from '../src/discord/component.js';
import type { Context } from '../src/discord/context.js';
import { helpPage } from '../src/discord/views/help.js';

/** What this person can do, in their language, by job. */
export default slashCommand({
  name: 'help',
  async run(interaction, context) {
    await interaction.reply(ephemeral(page(context, 0)));
  },
});

/** Turns to another page of /help. */
export const turnHelp = button({
  name: 'help',
  state: { page: 'int' },
  async run(interaction, context) {
    await interaction.update(page(context, context.state.page));
  },
});

function page({ by, community, system, t }: Context, wanted: number) {
  const pages = system.help(accessOf(by, community.settings.roles()), t);
  return helpPage(pages, wanted, t, (target) => turnHelp.id({ page: target }));
}
