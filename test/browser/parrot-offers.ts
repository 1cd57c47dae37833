/** What the parrot offers: commands with every kind of option, forms, panels and cards with every kind of component. */
import {
  type APIApplicationCommandOption,
  type APIContainerComponent,
  type APIMessageTopLevelComponent,
  type APIModalInteractionResponseCallbackData,
  ApplicationCommandType,
  ButtonStyle,
  ComponentType as Component,
  ApplicationCommandOptionType as Option,
  type RESTPostAPIApplicationCommandsJSONBody,
} from 'discord.js';

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

export const commands: RESTPostAPIApplicationCommandsJSONBody[] = [
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

export const cities = ['上海', '北京', '成都', 'Shanghai', 'Shenzhen', 'Berlin', 'Boston'];

/** One pixel, so that galleries have something to show. */
export const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8Dwn4EIwDiqAgD1ggX/f2aP2gAAAABJRU5ErkJggg==',
  'base64',
);

export const form: APIModalInteractionResponseCallbackData = {
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

export const survey: APIModalInteractionResponseCallbackData = {
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

export const panel: APIMessageTopLevelComponent[] = [
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

export const card: APIContainerComponent = {
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
