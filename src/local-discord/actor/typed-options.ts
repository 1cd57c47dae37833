/** Turns what a person typed into a command's options into interaction data, refusing what Discord's client would not send. */
import {
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandOption,
  type APIApplicationCommandOptionChoice,
  ApplicationCommandOptionType as Type,
} from 'discord-api-types/v10';
import type { Place } from '../access.js';
import type { TypedOptions, TypedValue, Upload } from '../actor.js';
import { fail, invalid } from '../errors.js';
import type { Resolving } from '../interactions/resolved.js';
import type { Attachment, Command, Id } from '../model.js';
import type { World } from '../world.js';
import { findChannel, findRole, findUser } from './naming.js';

/** What the typed values are read against. */
export interface Typing {
  readonly world: World;
  readonly place: Place;
  readonly userId: Id;
  readonly resolving: Resolving;
  /** Keeps an uploaded file and gives its record. */
  upload(file: Upload): Attachment;
}

export interface OptionData {
  name: string;
  type: Type;
  value?: string | number | boolean;
  focused?: true;
  options?: OptionData[];
}

/** A path that names a command: its group and subcommand, and the options that may be filled in. */
export interface Picked {
  readonly command: Command;
  /** Group and subcommand, outermost first. */
  readonly inner: readonly { readonly name: string; readonly type: Type }[];
  readonly options: readonly APIApplicationCommandBasicOption[];
}

/** Whether `typed` names it in any language. */
export const isNamed = (one: { name: string; name_localizations?: object | null }, typed: string): boolean =>
  one.name === typed || (!!one.name_localizations && Object.values(one.name_localizations).includes(typed));

/** Follows the words after a command's name through its groups and subcommands. Undefined where they lead nowhere. */
export function follow(command: Command, words: readonly string[]): Picked | undefined {
  const inner: { name: string; type: Type }[] = [];
  let options: readonly APIApplicationCommandOption[] = command.options ?? [];
  for (const word of words) {
    const next = options.find((one) => isNesting(one) && isNamed(one, word));
    if (!next || !isNesting(next)) return undefined;
    inner.push({ name: next.name, type: next.type });
    options = next.options ?? [];
  }
  const basic = options.filter((one): one is APIApplicationCommandBasicOption => !isNesting(one));
  return basic.length === options.length ? { command, inner, options: basic } : undefined;
}

const isNesting = (one: APIApplicationCommandOption) =>
  one.type === Type.Subcommand || one.type === Type.SubcommandGroup;

/** Reads a whole command. Refuses with 50035: a missing or unknown option, a value of the wrong kind or out of bounds. */
export function readOptions(typing: Typing, picked: Picked, typed: TypedOptions): OptionData[] {
  refuseUnknown(picked, typed);
  const data = picked.options.flatMap((option) => {
    const value = valueFor(option, typed);
    if (value === undefined) {
      if (option.required) invalid(option.name, 'BASE_TYPE_REQUIRED', 'This option is required. Specify a value');
      return [];
    }
    return [{ name: option.name, type: option.type, value: readValue(typing, option, value) }];
  });
  return nest(picked, data);
}

/** Reads what is filled in so far, with the focus on one option. Refuses: an option that does not autocomplete. */
export function readPartialOptions(typing: Typing, picked: Picked, typed: TypedOptions, focused: string): OptionData[] {
  refuseUnknown(picked, typed);
  const data = picked.options.flatMap((option): OptionData[] => {
    const value = valueFor(option, typed);
    if (isNamed(option, focused)) {
      if (!('autocomplete' in option) || !option.autocomplete)
        invalid(option.name, 'APPLICATION_COMMAND_OPTIONS_NO_AUTOCOMPLETE', 'This option does not autocomplete');
      return [{ name: option.name, type: option.type, value: String(value ?? ''), focused: true }];
    }
    return value === undefined
      ? []
      : [{ name: option.name, type: option.type, value: readValue(typing, option, value) }];
  });
  if (!data.some((one) => one.focused)) fail('unknownCommand');
  return nest(picked, data);
}

const nest = (picked: Picked, data: OptionData[]): OptionData[] =>
  picked.inner.reduceRight((options, one) => [{ ...one, options }], data);

const valueFor = (option: APIApplicationCommandBasicOption, typed: TypedOptions): TypedValue | undefined => {
  if (Object.hasOwn(typed, option.name)) return typed[option.name];
  for (const name in typed) if (isNamed(option, name)) return typed[name];
  return undefined;
};

function refuseUnknown(picked: Picked, typed: TypedOptions): void {
  for (const name in typed)
    if (!picked.options.some((option) => isNamed(option, name)))
      invalid(name, 'APPLICATION_COMMAND_OPTIONS_UNKNOWN', 'This command has no such option');
}

function readValue(
  typing: Typing,
  option: APIApplicationCommandBasicOption,
  value: TypedValue,
): string | number | boolean {
  const refuse = (message: string) => invalid(option.name, 'APPLICATION_COMMAND_OPTIONS_VALUE_INVALID', message);
  if (option.type === Type.Attachment) {
    if (typeof value !== 'object') return refuse('Attach a file');
    const attachment = typing.upload(value);
    typing.resolving.attachment(attachment);
    return attachment.id;
  }
  if (typeof value === 'object') return refuse('A file cannot be attached here');
  switch (option.type) {
    case Type.String: {
      const text = fromChoices(option.choices, value, refuse) ?? String(value);
      const length = String(text).length;
      if (length < (option.min_length ?? 0)) refuse(`Must be ${option.min_length} or more in length.`);
      if (length > (option.max_length ?? 6000)) refuse(`Must be ${option.max_length ?? 6000} or fewer in length.`);
      return text;
    }
    case Type.Integer:
    case Type.Number: {
      const number = Number(fromChoices(option.choices, value, refuse) ?? value);
      const whole = option.type === Type.Integer;
      if (value === '' || !Number.isFinite(number) || (whole && !Number.isSafeInteger(number)))
        return refuse(whole ? 'Enter a valid integer' : 'Enter a valid number');
      if (number < (option.min_value ?? number)) refuse(`Must be at least ${option.min_value}`);
      if (number > (option.max_value ?? number)) refuse(`Must be at most ${option.max_value}`);
      return number;
    }
    case Type.Boolean:
      if (String(value) === 'true' || String(value) === 'false') return String(value) === 'true';
      return refuse('Choose true or false');
    default:
      return readNamed(typing, option, String(value), refuse);
  }
}

/** A choice may be given by its value or by its name in any language; where there are choices, nothing else may. */
function fromChoices<V extends string | number>(
  choices: readonly APIApplicationCommandOptionChoice<V>[] | undefined,
  typed: string | number | boolean,
  refuse: (message: string) => never,
): V | undefined {
  if (!choices?.length) return undefined;
  const choice = choices.find((one) => one.value === typed) ?? choices.find((one) => isNamed(one, String(typed)));
  return choice ? choice.value : refuse('Choose one of the choices');
}

function readNamed(
  { world, place, userId, resolving }: Typing,
  option: APIApplicationCommandBasicOption,
  typed: string,
  refuse: (message: string) => never,
): string {
  if (option.type === Type.Channel) {
    const channel = findChannel(world, place, userId, typed) ?? refuse('Choose a channel');
    const types: readonly number[] = option.channel_types ?? [];
    if (types.length > 0 && !types.includes(channel.type)) refuse('Choose a channel of the right type');
    resolving.channel(channel);
    return channel.id;
  }
  const user = option.type === Type.Role ? undefined : findUser(world, place, typed);
  if (user !== undefined) {
    resolving.user(user);
    return user;
  }
  const role = option.type === Type.User ? undefined : findRole(place, typed);
  if (!role) return refuse(option.type === Type.User ? 'Choose a person' : 'Choose a role');
  resolving.role(role);
  return role.id;
}
