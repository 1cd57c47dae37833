/** Options of chat input commands, declared as data; what `run` receives follows from the declaration. */
import type {
  ApplicationCommandOptionAllowedChannelType,
  Attachment,
  ChatInputCommandInteraction,
  CommandInteractionOption,
  GuildMember,
  Role,
  User,
} from 'discord.js';
import { BadInteraction } from './bad-interaction.js';
import type { Context } from './context.js';

export interface Suggestion {
  /** What the person sees, at most 100 characters. */
  readonly name: string;
  readonly value: string | number;
}

/** What the person has filled in already, by the option's name. */
export type Given = (option: string) => string | number | boolean | undefined;

/** Answers while the person types, with at most 25 suggestions; more are cut. */
export type Autocomplete = (
  typed: string,
  context: Context,
  given: Given,
) => readonly Suggestion[] | Promise<readonly Suggestion[]>;

interface AnyOption {
  readonly required?: boolean;
}

export interface StringOption extends AnyOption {
  readonly type: 'string';
  /** Each choice's label is the text `….choice.<value>`. */
  readonly choices?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly autocomplete?: Autocomplete;
}

export interface NumberOption extends AnyOption {
  readonly type: 'integer' | 'number';
  readonly choices?: readonly number[];
  readonly min?: number;
  readonly max?: number;
  readonly autocomplete?: Autocomplete;
}

export interface ChannelOption extends AnyOption {
  readonly type: 'channel';
  readonly channelTypes?: readonly ApplicationCommandOptionAllowedChannelType[];
}

export interface PlainOption extends AnyOption {
  readonly type: 'boolean' | 'user' | 'role' | 'mentionable' | 'attachment';
}

export type Option = StringOption | NumberOption | ChannelOption | PlainOption;

/** By name: 1–32 characters, lower case. Discord wants required ones first; registration sorts them so. */
export type Options = Readonly<Record<string, Option>>;

interface ValueByType {
  string: string;
  integer: number;
  number: number;
  boolean: boolean;
  user: User;
  role: Role;
  channel: NonNullable<CommandInteractionOption<'cached'>['channel']>;
  mentionable: GuildMember | Role | User;
  attachment: Attachment;
}

type OptionValue<O extends Option> = O extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : ValueByType[O['type']];

/** Choices become a union of their literals; an option that is not required may be undefined. */
export type OptionValues<O extends Options> = {
  readonly [K in keyof O]: O[K] extends { readonly required: true } ? OptionValue<O[K]> : OptionValue<O[K]> | undefined;
};

/** Reads what arrived against what was declared. Throws BadInteraction where they differ. */
export function readOptions<O extends Options>(
  options: O,
  interaction: ChatInputCommandInteraction<'cached'>,
): OptionValues<O> {
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries<Option>(options)) {
    const given = interaction.options.get(name);
    if (given) values[name] = readOption(name, option, given);
    else if (option.required) throw new BadInteraction(`option ${name} is missing`);
  }
  return values as OptionValues<O>;
}

function readOption(name: string, option: Option, given: CommandInteractionOption<'cached'>): unknown {
  const value = checked(option, given);
  if (value === undefined || value === null) throw new BadInteraction(`option ${name} is not a ${option.type}`);
  if ('choices' in option && option.choices && !option.choices.some((choice) => choice === value)) {
    throw new BadInteraction(`option ${name} is none of its choices`);
  }
  return value;
}

function checked(option: Option, given: CommandInteractionOption<'cached'>): unknown {
  switch (option.type) {
    case 'string':
      return typeof given.value === 'string' && within(given.value.length, option.minLength, option.maxLength)
        ? given.value
        : undefined;
    case 'integer':
      return Number.isSafeInteger(given.value) && within(Number(given.value), option.min, option.max)
        ? given.value
        : undefined;
    case 'number':
      return Number.isFinite(given.value) && within(Number(given.value), option.min, option.max)
        ? given.value
        : undefined;
    case 'boolean':
      return typeof given.value === 'boolean' ? given.value : undefined;
    case 'user':
      return given.user;
    case 'role':
      return given.role;
    case 'channel':
      return given.channel;
    case 'mentionable':
      return given.member ?? given.user ?? given.role;
    case 'attachment':
      return given.attachment;
  }
}

function within(value: number, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY): boolean {
  return value >= least && value <= most;
}
