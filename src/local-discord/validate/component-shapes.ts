/** What each component may say about itself; its children are walked in components.ts. */
import { ComponentType as C } from 'discord-api-types/v10';
import { z } from 'zod';
import { limits } from '../limits.js';
import { int, snowflake, text } from './form.js';

const most = limits.component;
const id = int(0, 0x7fffffff).nullish();
const customId = text(1, most.customId);
const emoji = z
  .object({ id: snowflake.nullish(), name: z.string().max(100).nullish(), animated: z.boolean().nullish() })
  .nullish();
const media = z.object({ url: z.string().min(1).max(2048) });
const description = text(1, most.mediaDescription).nullish();
const spoiler = z.boolean().nullish();

const option = z.object({
  label: text(1, most.optionText),
  value: text(1, most.optionText),
  description: text(0, most.optionText).nullish(),
  emoji,
  default: z.boolean().nullish(),
});

const select = z.object({
  type: z.number(),
  id,
  custom_id: customId,
  placeholder: text(0, most.selectPlaceholder).nullish(),
  min_values: int(0, most.options).nullish(),
  max_values: int(1, most.options).nullish(),
  disabled: z.boolean().nullish(),
  required: z.boolean().nullish(),
  default_values: z
    .array(z.object({ id: snowflake, type: z.enum(['user', 'role', 'channel']) }))
    .max(most.options)
    .nullish(),
});

const plain = z.object({ type: z.number(), id });
const groupOption = z.object({
  label: text(1, most.optionText),
  value: text(1, most.optionText),
  description: text(0, most.optionText).nullish(),
  default: z.boolean().nullish(),
});

/** Scalars of each kind, by component type. */
export const shapes: Readonly<Record<number, z.ZodType<Record<string, unknown>>>> = {
  [C.ActionRow]: plain,
  [C.Button]: plain.extend({
    style: int(1, 6),
    label: text(0, most.buttonLabel).nullish(),
    emoji,
    custom_id: customId.nullish(),
    url: text(1, most.buttonUrl).nullish(),
    sku_id: snowflake.nullish(),
    disabled: z.boolean().nullish(),
  }),
  [C.StringSelect]: select.extend({ options: z.array(option).min(1).max(most.options) }),
  [C.TextInput]: plain.extend({
    custom_id: customId,
    style: int(1, 2),
    label: text(1, most.label).nullish(),
    value: text(0, most.textInput).nullish(),
    placeholder: text(0, most.textInputPlaceholder).nullish(),
    required: z.boolean().nullish(),
    min_length: int(0, most.textInput).nullish(),
    max_length: int(1, most.textInput).nullish(),
  }),
  [C.UserSelect]: select,
  [C.RoleSelect]: select,
  [C.MentionableSelect]: select,
  [C.ChannelSelect]: select.extend({ channel_types: z.array(z.number().int()).nullish() }),
  [C.Section]: plain,
  [C.TextDisplay]: plain.extend({ content: text(1, most.textDisplay) }),
  [C.Thumbnail]: plain.extend({ media, description, spoiler }),
  [C.MediaGallery]: plain.extend({
    items: z
      .array(
        z.object({
          media,
          description: description.transform((said) => said ?? null),
          spoiler: spoiler.transform((said) => said ?? false),
        }),
      )
      .min(1)
      .max(most.gallery),
  }),
  [C.File]: plain.extend({ file: media, spoiler }),
  [C.Separator]: plain.extend({ divider: z.boolean().nullish(), spacing: int(1, 2).nullish() }),
  [C.Container]: plain.extend({ accent_color: int(0, 0xffffff).nullish(), spoiler }),
  [C.Label]: plain.extend({ label: text(1, most.label), description: text(1, most.labelDescription).nullish() }),
  [C.FileUpload]: plain.extend({
    custom_id: customId,
    min_values: int(0, most.files).nullish(),
    max_values: int(1, most.files).nullish(),
    required: z.boolean().nullish(),
  }),
  [C.RadioGroup]: plain.extend({
    custom_id: customId,
    required: z.boolean().nullish(),
    options: z.array(groupOption).min(2).max(10),
  }),
  [C.CheckboxGroup]: plain.extend({
    custom_id: customId,
    required: z.boolean().nullish(),
    min_values: int(0, 10).nullish(),
    max_values: int(1, 10).nullish(),
    options: z.array(groupOption).min(1).max(10),
  }),
  [C.Checkbox]: plain.extend({ custom_id: customId, default: z.boolean().nullish() }),
};

const SELECTS = [C.StringSelect, C.UserSelect, C.RoleSelect, C.MentionableSelect, C.ChannelSelect];

export const isSelect = (type: number): boolean => SELECTS.includes(type);

const IN_CONTAINER = [C.ActionRow, C.Section, C.TextDisplay, C.MediaGallery, C.File, C.Separator];

/** Which kinds may stand where. */
export const allowed = {
  legacy: [C.ActionRow],
  v2: [...IN_CONTAINER, C.Container],
  container: IN_CONTAINER,
  messageRow: [C.Button, ...SELECTS],
  modal: [C.ActionRow, C.TextDisplay, C.Label],
  modalRow: [C.TextInput],
  section: [C.TextDisplay],
  accessory: [C.Button, C.Thumbnail],
  label: [C.TextInput, ...SELECTS, C.FileUpload, C.RadioGroup, C.CheckboxGroup, C.Checkbox],
} satisfies Record<string, readonly C[]>;

/** What Discord answers where the request was silent. */
export const defaults: Readonly<Record<number, Record<string, unknown>>> = {
  [C.StringSelect]: { min_values: 1, max_values: 1 },
  [C.UserSelect]: { min_values: 1, max_values: 1 },
  [C.RoleSelect]: { min_values: 1, max_values: 1 },
  [C.MentionableSelect]: { min_values: 1, max_values: 1 },
  [C.ChannelSelect]: { min_values: 1, max_values: 1 },
  [C.Thumbnail]: { description: null, spoiler: false },
  [C.File]: { spoiler: false },
  [C.Separator]: { divider: true, spacing: 1 },
  [C.Container]: { accent_color: null, spoiler: false },
};
