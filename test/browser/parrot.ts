/** A small bot on the unchanged discord.js client that offers every kind of interaction there is. */
import {
  type APIApplicationCommandOption,
  type APIContainerComponent,
  type APIMessageTopLevelComponent,
  type APIModalInteractionResponseCallbackData,
  ApplicationCommandType,
  AttachmentBuilder,
  ButtonStyle,
  type ChatInputCommandInteraction,
  Client,
  ComponentType as Component,
  Events,
  GatewayIntentBits,
  type Interaction,
  MessageFlags,
  type ModalSubmitInteraction,
  ApplicationCommandOptionType as Option,
  type RESTPostAPIApplicationCommandsJSONBody,
} from 'discord.js';
import type { LocalDiscord } from '../../src/local-discord/index.js';

const options: APIApplicationCommandOption[] = [
  {
    type: Option.String,
    name: 'text',
    name_localizations: { 'zh-CN': '文字' },
    description: 'Any words',
    description_localizations: { 'zh-CN': '任意文字' },
    required: true,
  },
  {
    type: Option.Integer,
    name: 'size',
    description: 'How large',
    required: true,
    choices: [
      { name: 'Small', name_localizations: { 'zh-CN': '小' }, value: 1 },
      { name: 'Large', name_localizations: { 'zh-CN': '大' }, value: 9 },
    ],
  },
  { type: Option.Number, name: 'ratio', description: 'A share' },
  { type: Option.Boolean, name: 'loud', description: 'Loud or not' },
  { type: Option.User, name: 'who', description: 'Somebody' },
  { type: Option.Role, name: 'role', description: 'A role' },
  { type: Option.Channel, name: 'where', description: 'A channel' },
  { type: Option.Mentionable, name: 'whom', description: 'Somebody or a role' },
  { type: Option.Attachment, name: 'file', description: 'A file' },
  { type: Option.String, name: 'city', description: 'A city, found while typing', autocomplete: true },
];

const commands: RESTPostAPIApplicationCommandsJSONBody[] = [
  {
    name: 'echo',
    name_localizations: { 'zh-CN': '复述' },
    description: 'Says everything back',
    description_localizations: { 'zh-CN': '原样复述所有内容' },
    options,
  },
  {
    name: 'question',
    name_localizations: { 'zh-CN': '问题' },
    description: 'Questions',
    options: [
      {
        type: Option.Subcommand,
        name: 'list',
        name_localizations: { 'zh-CN': '列表' },
        description: 'Lists open questions',
        description_localizations: { 'zh-CN': '列出未解决的问题' },
      },
      { type: Option.Subcommand, name: 'close', description: 'Closes this question' },
    ],
  },
  { name: 'form', description: 'Opens a form with every kind of field' },
  { name: 'survey', description: 'Opens a form of choices' },
  { name: 'panel', description: 'Buttons and selects of every kind' },
  { name: 'card', description: 'The second version of components' },
  { name: 'embed', description: 'An embed with everything' },
  { name: 'poll', description: 'Asks everybody' },
  { name: 'secret', description: 'Tells you alone' },
  { name: 'slow', description: 'Thinks for a while' },
  { name: 'silent', description: 'Never answers' },
  { type: ApplicationCommandType.User, name: 'Praise', name_localizations: { 'zh-CN': '表扬' } },
  { type: ApplicationCommandType.Message, name: 'Accept answer', name_localizations: { 'zh-CN': '采纳回答' } },
];

const cities = ['上海', '北京', '成都', 'Shanghai', 'Shenzhen', 'Berlin', 'Boston'];

/** One pixel, so that galleries have something to show. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8Dwn4EIwDiqAgD1ggX/f2aP2gAAAABJRU5ErkJggg==',
  'base64',
);

const form: APIModalInteractionResponseCallbackData = {
  custom_id: 'form',
  title: 'Everything a form can hold',
  components: [
    {
      type: Component.Label,
      label: 'Title',
      description: 'In a few words',
      component: { type: Component.TextInput, custom_id: 'title', style: 1, min_length: 3, max_length: 100 },
    },
    {
      type: Component.Label,
      label: 'What happens',
      component: {
        type: Component.TextInput,
        custom_id: 'body',
        style: 2,
        required: false,
        placeholder: 'As you see it',
      },
    },
    {
      type: Component.Label,
      label: 'Version',
      component: {
        type: Component.StringSelect,
        custom_id: 'version',
        options: [
          { label: '4.8', value: '4.8', description: 'long term' },
          { label: '5.0', value: '5.0' },
        ],
      },
    },
    {
      type: Component.Label,
      label: 'Who should know',
      component: { type: Component.UserSelect, custom_id: 'who', required: false, min_values: 0, max_values: 3 },
    },
    {
      type: Component.Label,
      label: 'Log file',
      component: { type: Component.FileUpload, custom_id: 'log', required: false, min_values: 0, max_values: 2 },
    },
  ],
};

const choices = (...labels: string[]) => labels.map((label) => ({ label, value: label.toLowerCase() }));

const survey: APIModalInteractionResponseCallbackData = {
  custom_id: 'survey',
  title: 'Survey',
  components: [
    { type: Component.TextDisplay, content: 'Tell us **about** your cluster.' },
    {
      type: Component.Label,
      label: 'Size',
      component: { type: Component.RadioGroup, custom_id: 'size', options: choices('Small', 'Large') },
    },
    {
      type: Component.Label,
      label: 'Storage',
      component: {
        type: Component.CheckboxGroup,
        custom_id: 'storage',
        options: choices('Local', 'Ceph', 'NFS'),
        min_values: 1,
        max_values: 2,
      },
    },
    { type: Component.Label, label: 'Production', component: { type: Component.Checkbox, custom_id: 'production' } },
    {
      type: Component.Label,
      label: 'Roles',
      component: { type: Component.MentionableSelect, custom_id: 'whom', required: false, min_values: 0 },
    },
  ],
};

const button = (style: 1 | 2 | 3 | 4, label: string, disabled = false) => ({
  type: Component.Button as const,
  style,
  label,
  custom_id: `press:${label}`,
  disabled,
});

const panel: APIMessageTopLevelComponent[] = [
  {
    type: Component.ActionRow,
    components: [
      button(ButtonStyle.Primary, 'Update'),
      button(ButtonStyle.Secondary, 'Whisper'),
      button(ButtonStyle.Success, 'Form'),
      button(ButtonStyle.Danger, 'Break'),
      { type: Component.Button, style: ButtonStyle.Link, label: 'Docs', url: 'https://example.org/docs' },
    ],
  },
  {
    type: Component.ActionRow,
    components: [
      {
        type: Component.StringSelect,
        custom_id: 'pick:string',
        placeholder: 'Pick some birds',
        min_values: 1,
        max_values: 3,
        options: ['Robin', 'Wren', 'Crane', 'Owl'].map((label) => ({ label, value: label, emoji: { name: '🐦' } })),
      },
    ],
  },
  { type: Component.ActionRow, components: [{ type: Component.UserSelect, custom_id: 'pick:user' }] },
  { type: Component.ActionRow, components: [{ type: Component.RoleSelect, custom_id: 'pick:role' }] },
  { type: Component.ActionRow, components: [{ type: Component.ChannelSelect, custom_id: 'pick:channel' }] },
];

const card: APIContainerComponent = {
  type: Component.Container,
  accent_color: 0x2ecc71,
  components: [
    { type: Component.TextDisplay, content: '## Finding 7 · 缺陷 7\nA snapshot **loses** its parent.' },
    { type: Component.Separator },
    {
      type: Component.Section,
      components: [{ type: Component.TextDisplay, content: 'Confirmed on `3` machines' }],
      accessory: { type: Component.Button, style: ButtonStyle.Secondary, label: 'Steps', custom_id: 'press:Whisper' },
    },
    {
      type: Component.Section,
      components: [{ type: Component.TextDisplay, content: 'How it looks' }],
      accessory: { type: Component.Thumbnail, media: { url: 'attachment://pixel.png' }, description: 'A pixel' },
    },
    { type: Component.MediaGallery, items: [{ media: { url: 'attachment://pixel.png' } }] },
    { type: Component.File, file: { url: 'attachment://steps.txt' } },
    { type: Component.ActionRow, components: [button(ButtonStyle.Primary, 'Update')] },
  ],
};

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
