import { ChannelType } from 'discord.js';
import type { Languages } from '../../src/community/settings.js';
import { ephemeral } from '../../src/discord/answer.js';
import { slashCommand } from '../../src/discord/command.js';
import { button } from '../../src/discord/component.js';
import { foundIn } from '../../src/discord/found.js';
import { APPLY_PLAN, CHECK_SETUP } from '../../src/discord/views/addresses.js';
import * as views from '../../src/discord/views/setup.js';

const LANGUAGES = {
  'zh-CN': ['zh-CN'],
  'en-US': ['en-US'],
  both: ['zh-CN', 'en-US'],
} as const satisfies Record<string, Languages>;

/** Shows what would be made here; changes nothing. */
export const setup = slashCommand({
  name: 'setup',
  access: 'staff',
  options: {
    language: { type: 'string', choices: ['zh-CN', 'en-US', 'both'] },
    questions: { type: 'channel', channelTypes: [ChannelType.GuildForum] },
    hunts: { type: 'channel', channelTypes: [ChannelType.GuildText] },
    findings: { type: 'channel', channelTypes: [ChannelType.GuildForum] },
    helper: { type: 'role' },
    moderator: { type: 'role' },
  },
  async run(interaction, { community, t, options }) {
    const { language, questions, hunts, findings, helper, moderator } = options;
    const plan = community.setup.plan(foundIn(interaction.guild), {
      languages: language ? LANGUAGES[language] : community.settings.languages(),
      adopt: {
        'channel.questions': questions?.id,
        'channel.hunts': hunts?.id,
        'channel.findings': findings?.id,
        'role.helper': helper?.id,
        'role.moderator': moderator?.id,
      },
    });
    await interaction.reply(ephemeral(views.setupPlan(t, plan)));
  },
});

/** Makes what the plan said, as far as it is still needed. */
export const applyPlan = button({
  ...APPLY_PLAN,
  access: 'staff',
  async run(interaction, { community, t, state }) {
    const plan = community.setup.apply(state.plan, foundIn(interaction.guild));
    await interaction.update(views.setupApplied(t, plan));
  },
});

/** Looks again. */
export const checkSetup = button({
  ...CHECK_SETUP,
  access: 'staff',
  async run(interaction, { community, t }) {
    const languages = community.settings.languages();
    const plan = community.setup.plan(foundIn(interaction.guild), { languages, adopt: {} });
    await interaction.update(views.setupPlan(t, plan));
  },
});
