import type { Guild } from 'discord.js';
import { MessageFlags } from 'discord.js';
import { ephemeral } from '../../src/discord/answer.js';
import { slashCommand } from '../../src/discord/command.js';
import { button } from '../../src/discord/component.js';
import type { Context } from '../../src/discord/context.js';
import { diagnose } from '../../src/discord/diagnosis.js';
import { doctorReport, doctorWithoutData } from '../../src/discord/views/doctor.js';

/** How the bot fares in this server, for staff. */
export default slashCommand({
  name: 'doctor',
  access: 'staff',
  async run(interaction, context) {
    await interaction.reply(ephemeral(report(interaction.guild, context)));
  },
  async runWithoutData(interaction, { problem, t }) {
    await interaction.reply(ephemeral(doctorWithoutData(problem, t)));
  },
});

/** Tries an effect again that was given up. */
export const retryEffect = button({
  name: 'doctor.retry',
  access: 'staff',
  state: { effect: 'int' },
  async run(interaction, context) {
    context.community.retryEffect(context.state.effect);
    await interaction.update(report(interaction.guild, context));
  },
});

/** Gives an effect up for good. */
export const dropEffect = button({
  name: 'doctor.drop',
  access: 'staff',
  state: { effect: 'int' },
  async run(interaction, context) {
    context.community.dropEffect(context.state.effect);
    await interaction.update(report(interaction.guild, context));
  },
});

function report(server: Guild, context: Context) {
  const components = doctorReport(diagnose(server, context), context.t, {
    retry: (effect) => retryEffect.id({ effect }),
    drop: (effect) => dropEffect.id({ effect }),
  });
  return { components, flags: MessageFlags.IsComponentsV2 as const };
}
