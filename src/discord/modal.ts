/**
 * Modals, declared once, as data. Texts come from data/locales: `modal.<name>.title`, `.field.<f>.label` and, where they
 * exist, `.field.<f>.description`, `.field.<f>.placeholder`, `.field.<f>.choice.<value>`.
 */
import {
  type APIComponentInLabel,
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  type Attachment,
  ComponentType,
  type ModalSubmitInteraction,
  TextInputStyle,
} from 'discord.js';
import type { Translator } from '../platform/i18n.js';
import { OutOfDate } from './bad-interaction.js';
import type { Component, Declared, RunComponent } from './component.js';
import type { Context } from './context.js';
import { addressing, type Fields, type State } from './custom-id.js';
import { optionalText, textKey } from './texts.js';

interface AnyField {
  /** Fields are required unless they say `false`. */
  readonly required?: false;
}

export interface TextField extends AnyField {
  readonly type: 'line' | 'paragraph';
  readonly minLength?: number;
  /** At most 4000. */
  readonly maxLength?: number;
}

export interface ChoiceField extends AnyField {
  readonly type: 'choice';
  /** At most 25. Left out, they are handed to `show`. */
  readonly choices?: readonly string[];
}

export interface PickField extends AnyField {
  readonly type: 'user' | 'role' | 'channel';
}

export interface FileField extends AnyField {
  readonly type: 'file';
  /** At most 10, which is also what one request may carry. 1 by default. */
  readonly most?: number;
}

export type ModalField = TextField | ChoiceField | PickField | FileField;
export type ModalFields = Readonly<Record<string, ModalField>>;

type FieldValue<M extends ModalField> = M extends { readonly type: 'file' }
  ? readonly Attachment[]
  : M extends { readonly choices: readonly (infer Choice)[] }
    ? Choice
    : string;

/** Text and choices are strings, people, roles and channels their ids, files a list. What is not required may be undefined. */
export type ModalValues<M extends ModalFields> = {
  readonly [K in keyof M]: M[K] extends { readonly required: false; readonly type: Exclude<ModalField['type'], 'file'> }
    ? FieldValue<M[K]> | undefined
    : FieldValue<M[K]>;
};

type Form = Omit<APIModalInteractionResponseCallbackData, 'custom_id'>;

export interface Modal extends Component {
  readonly kind: 'modal';
  /** What it looks like before anything is filled in. */
  readonly form: (t: Translator) => Form;
  readonly run: RunComponent<ModalSubmitInteraction<'cached'>>;
}

/** What a modal opens with: text already in its fields, the choice already made, choices that are known only now. */
export interface Opening {
  readonly values?: Readonly<Record<string, string | undefined>>;
  readonly choices?: Readonly<Record<string, readonly { readonly label: string; readonly value: string }[]>>;
}

/** Builds the payload for `interaction.showModal`. A modal with state must be given it. */
type Open<F extends Fields> =
  Record<never, never> extends F
    ? (t: Translator, opening?: Opening) => APIModalInteractionResponseCallbackData
    : (t: Translator, opening: Opening & { readonly state: State<F> }) => APIModalInteractionResponseCallbackData;

/**
 * A modal of one to five fields.
 * @example
 * export const askModal = modal({
 *   name: 'ask',
 *   fields: { title: { type: 'line', maxLength: 100 }, log: { type: 'file', required: false } },
 *   async run(interaction, { fields, community }) { … fields.title … fields.log[0]?.url … },
 * });
 * // in a command: await interaction.showModal(askModal.open(t));
 */
export function modal<const M extends ModalFields, const F extends Fields = Record<never, never>>(
  declared: Declared<F> & {
    readonly fields: M;
    readonly run: (
      interaction: ModalSubmitInteraction<'cached'>,
      context: Context & { readonly state: State<F>; readonly fields: ModalValues<M> },
    ) => Promise<void>;
  },
): Modal & { readonly open: Open<F> } {
  const { write, version, stateOf } = addressing(declared);
  const form = (t: Translator, opening: Opening = {}): Form => ({
    title: t(textKey(`modal.${declared.name}.title`)),
    components: Object.entries<ModalField>(declared.fields).map(([name, field]) =>
      labelled(t, `modal.${declared.name}.field.${name}`, name, field, opening),
    ),
  });
  const open = (t: Translator, opening: Opening & { readonly state?: State<F> } = {}) => ({
    custom_id: write(opening.state),
    ...form(t, opening),
  });
  return {
    kind: 'modal',
    name: declared.name,
    version,
    access: declared.access,
    form: (t) => form(t),
    open,
    run: (interaction, context, address) =>
      declared.run(interaction, {
        ...context,
        state: stateOf(address),
        fields: readFields(declared.fields, interaction),
      }),
  };
}

function labelled(t: Translator, key: string, name: string, field: ModalField, opening: Opening): APILabelComponent {
  const description = optionalText(t, `${key}.description`);
  return {
    type: ComponentType.Label,
    label: t(textKey(`${key}.label`)),
    ...(description && { description }),
    component: component(t, key, name, field, opening),
  };
}

function component(t: Translator, key: string, name: string, field: ModalField, opening: Opening): APIComponentInLabel {
  const required = field.required ?? true;
  const placeholder = optionalText(t, `${key}.placeholder`);
  const value = opening.values?.[name];
  const shared = { custom_id: name, required, ...(placeholder && { placeholder }) };
  switch (field.type) {
    case 'line':
    case 'paragraph':
      return {
        ...shared,
        type: ComponentType.TextInput,
        style: field.type === 'line' ? TextInputStyle.Short : TextInputStyle.Paragraph,
        ...(field.minLength !== undefined && { min_length: field.minLength }),
        max_length: field.maxLength ?? 4000,
        ...(value && { value }),
      };
    case 'choice': {
      const choices =
        opening.choices?.[name] ??
        (field.choices ?? []).map((choice) => ({ label: t(textKey(`${key}.choice.${choice}`)), value: choice }));
      return {
        ...shared,
        type: ComponentType.StringSelect,
        options: choices.map((choice) => (choice.value === value ? { ...choice, default: true } : choice)),
      };
    }
    case 'user':
      return { ...shared, type: ComponentType.UserSelect };
    case 'role':
      return { ...shared, type: ComponentType.RoleSelect };
    case 'channel':
      return { ...shared, type: ComponentType.ChannelSelect };
    case 'file':
      return {
        custom_id: name,
        required,
        type: ComponentType.FileUpload,
        min_values: required ? 1 : 0,
        max_values: field.most ?? 1,
      };
  }
}

/** Reads what was filled in against what was declared. Throws OutOfDate where they differ. */
function readFields<M extends ModalFields>(fields: M, interaction: ModalSubmitInteraction<'cached'>): ModalValues<M> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries<ModalField>(fields)) {
    const value = readField(name, field, interaction);
    const missing = field.type === 'file' ? value?.length === 0 : value === undefined;
    if (missing && field.required !== false) throw new OutOfDate(`field ${name} is missing`);
    values[name] = value;
  }
  return values as ModalValues<M>;
}

function readField(
  name: string,
  field: ModalField,
  interaction: ModalSubmitInteraction<'cached'>,
): string | readonly Attachment[] | undefined {
  const given = interaction.fields.fields.get(name);
  if (field.type === 'file') {
    return given && 'attachments' in given ? [...(given.attachments?.values() ?? [])] : [];
  }
  if (field.type === 'line' || field.type === 'paragraph') {
    if (!given || !('value' in given) || typeof given.value !== 'string' || given.value === '') return undefined;
    // Discord counts characters, not UTF-16 units: 100 emoji are 100.
    if ([...given.value].length > (field.maxLength ?? 4000)) throw new OutOfDate(`field ${name} is too long`);
    return given.value;
  }
  const picked = given && 'values' in given ? given.values[0] : undefined;
  if (typeof picked !== 'string') return undefined;
  if (field.type === 'choice' && field.choices && !field.choices.includes(picked)) {
    throw new OutOfDate(`field ${name} is none of its choices`);
  }
  return picked;
}
