/** Discord's rules for the options of a command: names, order, nesting, choices and bounds. */
import { Locale, ApplicationCommandOptionType as Type } from 'discord-api-types/v10';
import type { FormErrors } from '../errors.js';

type Localizations = Record<string, string> | null;

export interface ChoiceForm {
  name: string;
  name_localizations?: Localizations;
  value: string | number;
}

export interface OptionForm {
  type: number;
  name: string;
  name_localizations?: Localizations;
  description: string;
  description_localizations?: Localizations;
  required?: boolean | null;
  choices?: ChoiceForm[] | null;
  autocomplete?: boolean | null;
  channel_types?: number[] | null;
  file_types?: string[] | null;
  min_value?: number | null;
  max_value?: number | null;
  min_length?: number | null;
  max_length?: number | null;
  options?: OptionForm[] | null;
}

const MAX_OPTIONS = 25;
const MAX_CHOICES = 25;
const CHAT_NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
const LOCALES = new Set<string>(Object.values(Locale));

export const under = (at: string, key: string): string => (at === '' ? key : key === '' ? at : `${at}.${key}`);

/** 1–32 characters; in chat input lower case, without spaces. */
export function checkName(name: string, path: string, chat: boolean, out: FormErrors): void {
  const length = [...name].length;
  if (length < 1 || length > 32 || name.trim() === '') checkText(name.trim(), 32, path, out);
  else if (chat && (!CHAT_NAME.test(name) || name !== name.toLowerCase()))
    out.add(path, 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
}

/** 1–max characters. */
export function checkText(text: string, max: number, path: string, out: FormErrors): void {
  const length = [...text].length;
  if (length === 0) out.add(path, 'BASE_TYPE_REQUIRED', 'This field is required');
  else if (length > max) out.add(path, 'BASE_TYPE_BAD_LENGTH', `Must be between 1 and ${max} in length.`);
}

export function checkLocalized(
  texts: Localizations | undefined,
  at: string,
  out: FormErrors,
  check: (text: string, path: string) => void,
): void {
  for (const [locale, text] of Object.entries(texts ?? {})) {
    const path = under(at, locale);
    if (LOCALES.has(locale)) check(text, path);
    else out.add(path, 'BASE_TYPE_CHOICES', `Value must be one of {${[...LOCALES].join(', ')}}.`);
  }
}

const isNested = (one: OptionForm) => one.type === Type.Subcommand || one.type === Type.SubcommandGroup;

/** `depth` is 0 for a command's own options, 1 inside a group or subcommand, 2 inside a group's subcommand. */
export function checkOptions(options: readonly OptionForm[], at: string, depth: number, out: FormErrors): void {
  if (options.length > MAX_OPTIONS) out.add(at, 'BASE_TYPE_BAD_LENGTH', `Must be ${MAX_OPTIONS} or fewer in length.`);
  const mixed = options.some(isNested) && !options.every(isNested);
  const names = new Set<string>();
  let optionalSeen = false;
  for (const [index, one] of options.entries()) {
    const path = under(at, String(index));
    if (names.has(one.name))
      out.add(under(path, 'name'), 'APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS', 'Option name already exists');
    names.add(one.name);
    if (one.required && optionalSeen)
      out.add(
        path,
        'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
        'Required options must be placed before non-required options',
      );
    optionalSeen ||= !one.required;
    if (mixed && isNested(one))
      out.add(
        under(path, 'type'),
        'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
        'Sub-command and sub-command group option types are mutually exclusive to all other types',
      );
    checkOption(one, path, depth, out);
  }
}

function checkOption(one: OptionForm, path: string, depth: number, out: FormErrors): void {
  checkName(one.name, under(path, 'name'), true, out);
  checkLocalized(one.name_localizations, under(path, 'name_localizations'), out, (name, at) =>
    checkName(name, at, true, out),
  );
  checkText(one.description, 100, under(path, 'description'), out);
  checkLocalized(one.description_localizations, under(path, 'description_localizations'), out, (text, at) =>
    checkText(text, 100, at, out),
  );
  if (isNested(one)) checkNested(one, path, depth, out);
  else {
    if (one.options?.length) refuseType(under(path, 'options'), out);
    checkChoices(one, path, out);
    checkBounds(one, path, out);
  }
}

const refuseType = (path: string, out: FormErrors) =>
  out.add(path, 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'Sub-commands and groups cannot be nested like this');

function checkNested(one: OptionForm, path: string, depth: number, out: FormErrors): void {
  const group = one.type === Type.SubcommandGroup;
  const inner = one.options ?? [];
  if (depth > (group ? 0 : 1)) refuseType(under(path, 'type'), out);
  if (inner.some((child) => (group ? child.type !== Type.Subcommand : isNested(child))))
    refuseType(under(path, 'options'), out);
  if (group && inner.length === 0) out.add(under(path, 'options'), 'BASE_TYPE_REQUIRED', 'This field is required');
  checkOptions(inner, under(path, 'options'), depth + 1, out);
}

const takesChoices = (type: number) => type === Type.String || type === Type.Integer || type === Type.Number;

function checkChoices(one: OptionForm, path: string, out: FormErrors): void {
  const choices = one.choices ?? [];
  const at = under(path, 'choices');
  const refuse = (message: string) => out.add(at, 'APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID', message);
  if ((one.autocomplete || choices.length > 0) && !takesChoices(one.type)) refuse('This type has no choices');
  if (one.autocomplete && choices.length > 0) refuse('Choices and autocomplete are mutually exclusive');
  if (choices.length > MAX_CHOICES) out.add(at, 'BASE_TYPE_BAD_LENGTH', `Must be ${MAX_CHOICES} or fewer in length.`);
  const names = new Set<string>();
  for (const [index, choice] of choices.entries()) {
    const each = under(at, String(index));
    checkText(choice.name, 100, under(each, 'name'), out);
    checkLocalized(choice.name_localizations, under(each, 'name_localizations'), out, (text, where) =>
      checkText(text, 100, where, out),
    );
    if (names.has(choice.name))
      out.add(
        under(each, 'name'),
        'APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS',
        'Option choice name already exists',
      );
    names.add(choice.name);
    checkChoiceValue(one.type, choice.value, under(each, 'value'), out);
  }
}

function checkChoiceValue(type: number, value: string | number, path: string, out: FormErrors): void {
  if (type === Type.String && typeof value === 'string') checkText(value, 100, path, out);
  else if (type === Type.String || typeof value === 'string' || (type === Type.Integer && !Number.isSafeInteger(value)))
    out.add(path, 'APPLICATION_COMMAND_OPTIONS_CHOICE_INVALID', 'The value does not have the type of the option');
}

function checkBounds(one: OptionForm, path: string, out: FormErrors): void {
  const refuse = (field: string, message: string) =>
    out.add(under(path, field), 'APPLICATION_COMMAND_OPTIONS_BOUNDS_INVALID', message);
  const numeric = one.type === Type.Integer || one.type === Type.Number;
  const { min_value: low, max_value: high, min_length: shortest, max_length: longest } = one;
  if (low != null && !numeric) refuse('min_value', 'Only numbers have a minimum value');
  if (high != null && !numeric) refuse('max_value', 'Only numbers have a maximum value');
  if (low != null && high != null && low > high) refuse('min_value', 'The minimum is above the maximum');
  if (shortest != null && (one.type !== Type.String || shortest < 0 || shortest > 6000))
    refuse('min_length', 'int value should be between 0 and 6000.');
  if (longest != null && (one.type !== Type.String || longest < 1 || longest > 6000))
    refuse('max_length', 'int value should be between 1 and 6000.');
  if (shortest != null && longest != null && shortest > longest)
    refuse('min_length', 'The minimum is above the maximum');
  if (one.channel_types?.length && one.type !== Type.Channel) refuse('channel_types', 'Only channels have types');
}
