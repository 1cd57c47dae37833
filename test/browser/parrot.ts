/** A small bot on the unchanged discord.js client that offers every kind of interaction there is. */
import {
  AttachmentBuilder,
  type ChatInputCommandInteraction,
  Client,
  Events,
  GatewayIntentBits,
  type Interaction,
  MessageFlags,
  type ModalSubmitInteraction,
} from 'discord.js';
import type { LocalDiscord } from '../../src/local-discord/index.js';
import { card, cities, commands, form, panel, pixel, survey } from './parrot-offers.js';

export interface Parrot {
  /** Lets `/slow` answer, once it was asked. */
  wake(): void;
  stop(): Promise<void>;
}

export async function startParrot(local: Pick<LocalDiscord, 'apiUrl' | 'token'>): Promise<Parrot> {
  const client = new Client({ intents: [GatewayIntentBits.Guilds], rest: { api: local.apiUrl } });
  const sleepers: (() => void)[] = [];
  const sleep = () => new Promise<void>((resolve) => void sleepers.push(resolve));
  client.on(Events.InteractionCreate, (interaction) => void answer(interaction, sleep));
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(local.token);
  await (await ready).application.commands.set(commands);
  return {
    wake: () => {
      for (const resolve of sleepers.splice(0)) resolve();
    },
    stop: () => client.destroy(),
  };
}

async function answer(interaction: Interaction, sleep: () => Promise<void>): Promise<void> {
  if (interaction.isAutocomplete()) {
    const typed = interaction.options.getFocused().toLowerCase();
    const found = cities.filter((city) => city.toLowerCase().includes(typed));
    return interaction.respond(found.map((name) => ({ name, value: name })));
  }
  if (interaction.isChatInputCommand()) return run(interaction, sleep);
  if (interaction.isUserContextMenuCommand()) {
    await interaction.reply(`Praise for ${interaction.targetUser}!`);
  } else if (interaction.isMessageContextMenuCommand()) {
    await interaction.reply({
      content: `Accepted: ${interaction.targetMessage.content}`,
      flags: MessageFlags.Ephemeral,
    });
  } else if (interaction.isAnySelectMenu()) {
    await interaction.reply({ content: `Picked ${interaction.values.join(', ')}`, flags: MessageFlags.Ephemeral });
  } else if (interaction.isModalSubmit()) {
    const content = interaction.customId === 'survey' ? chosen(interaction) : said(interaction);
    await interaction.reply({ content, flags: MessageFlags.Ephemeral });
  } else if (interaction.isButton()) {
    const label = interaction.customId.split(':')[1];
    if (label === 'Whisper') await interaction.reply({ content: 'psst', flags: MessageFlags.Ephemeral });
    if (label === 'Form') await interaction.showModal(form);
    if (label === 'Update') {
      if (interaction.message.flags.has(MessageFlags.IsComponentsV2)) await interaction.deferUpdate();
      else await interaction.update({ content: 'Updated by a press.' });
    }
  }
}

/** What was filled in, a line a field. */
function said(interaction: ModalSubmitInteraction): string {
  const { fields } = interaction;
  const files = fields.getUploadedFiles('log')?.map(({ name, size }) => `${name} ${size}`) ?? [];
  const who = fields.getSelectedUsers('who')?.map(({ username }) => username) ?? [];
  return [
    `title: ${fields.getTextInputValue('title')}`,
    `body: ${fields.getTextInputValue('body')}`,
    `version: ${fields.getStringSelectValues('version').join()}`,
    `who: ${who.join()}`,
    `log: ${files.join()}`,
  ].join('\n');
}

function chosen({ fields }: ModalSubmitInteraction): string {
  return [
    `size: ${fields.getRadioGroup('size')}`,
    `storage: ${fields.getCheckboxGroup('storage').join()}`,
    `production: ${fields.getCheckbox('production')}`,
  ].join('\n');
}

async function run(interaction: ChatInputCommandInteraction, sleep: () => Promise<void>): Promise<void> {
  switch (interaction.commandName) {
    case 'echo': {
      const lines = interaction.options.data.map(
        ({ name, value, attachment }) => `${name}: ${attachment?.name ?? value}`,
      );
      await interaction.reply([...lines, `locale: ${interaction.locale}`].join('\n'));
      return;
    }
    case 'question':
      await interaction.reply(`question ${interaction.options.getSubcommand()}`);
      return;
    case 'form':
      return interaction.showModal(form).then(() => {});
    case 'survey':
      return interaction.showModal(survey).then(() => {});
    case 'panel':
      await interaction.reply({ content: 'Choose:', components: panel });
      return;
    case 'card':
      await interaction.reply({
        flags: MessageFlags.IsComponentsV2,
        components: [card],
        files: [
          new AttachmentBuilder(pixel, { name: 'pixel.png' }),
          new AttachmentBuilder(Buffer.from('create vm\nstop vm\n'), { name: 'steps.txt' }),
        ],
      });
      return;
    case 'embed':
      await interaction.reply({
        embeds: [
          {
            author: { name: 'Parrot' },
            title: 'Release 5.0 · 版本 5.0',
            url: 'https://example.org/release',
            description: 'What **changed**, with a [link](https://example.org).',
            color: 0x5865f2,
            fields: [
              { name: 'Votes', value: '12', inline: true },
              { name: 'Status', value: 'shipped', inline: true },
              { name: 'Notes', value: '- one\n- two' },
            ],
            footer: { text: 'data of' },
            timestamp: '2026-01-01T00:00:00.000Z',
          },
        ],
      });
      return;
    case 'poll':
      await interaction.reply({
        poll: {
          question: { text: 'Which bird?' },
          answers: [{ text: 'Robin', emoji: '🐦' }, { text: '啄木鸟' }],
          duration: 24,
          allowMultiselect: false,
        },
      });
      return;
    case 'secret':
      await interaction.reply({ content: 'Between us. 只告诉你。', flags: MessageFlags.Ephemeral });
      return;
    case 'slow':
      await interaction.deferReply();
      await sleep();
      await interaction.editReply('Done thinking.');
      return;
    default:
  }
}
