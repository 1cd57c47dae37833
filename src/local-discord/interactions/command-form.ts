/** The form of an application command: parsing, and every rule that Discord has for one command by itself. */
import {
  type APIApplicationCommandOption,
  type APIApplicationCommandOptionChoice,
  ApplicationCommandOptionType as Kind,
  ApplicationCommandType as Type,
} from 'discord-api-types/v10';
import { z } from 'zod';
import type { FormErrors } from '../errors.js';
import { parseInto } from '../validate/form.js';
import { checkLocalized, checkName, checkOptions, checkText, type OptionForm, under } from './option-form.js';

const localizations = z.record(z.string(), z.string()).nullish();

const choice = z.object({
  name: z.string(),
  name_localizations: localizations,
  value: z.union([z.string(), z.number()]),
});

const option: z.ZodType<OptionForm> = z.object({
  type: z.number().int().min(1).max(11),
  name: z.string(),
  name_localizations: localizations,
  description: z.string(),
  description_localizations: localizations,
  required: z.boolean().nullish(),
  choices: z.array(choice).nullish(),
  autocomplete: z.boolean().nullish(),
  channel_types: z.array(z.number().int()).nullish(),
  file_types: z.array(z.string()).nullish(),
  min_value: z.number().nullish(),
  max_value: z.number().nullish(),
  min_length: z.number().int().nullish(),
  max_length: z.number().int().nullish(),
  get options() {
    return z.array(option).nullish();
  },
});

const form = z.object({
  id: z.string().nullish(),
  type: z.union([z.literal(Type.ChatInput), z.literal(Type.User), z.literal(Type.Message)]).nullish(),
  name: z.string(),
  name_localizations: localizations,
  description: z.string().nullish(),
  description_localizations: localizations,
  options: z.array(option).nullish(),
  default_member_permissions: z.union([z.string().regex(/^\d+$/), z.number().int().nonnegative()]).nullish(),
  dm_permission: z.boolean().nullish(),
  contexts: z.array(z.number().int().min(0).max(2)).min(1).nullish(),
  integration_types: z.array(z.number().int().min(0).max(1)).min(1).nullish(),
  nsfw: z.boolean().nullish(),
});
export type CommandForm = z.infer<typeof form>;

/** Characters of one command in all: names, descriptions and values, each in its longest language. */
const MAX_COMMAND = 8000;

/** Parses a command out of a request's body, adding all that is wrong with it to `out`; undefined when something is. */
export function readCommand(body: unknown, at: string, out: FormErrors): CommandForm | undefined {
  const command = parseInto(form, body, out, at);
  if (command) checkCommand(command, at, out);
  return command;
}

function checkCommand(command: CommandForm, at: string, out: FormErrors): void {
  const chat = isChat(command);
  checkName(command.name, under(at, 'name'), chat, out);
  checkLocalized(command.name_localizations, under(at, 'name_localizations'), out, (name, path) =>
    checkName(name, path, chat, out),
  );
  if (chat) {
    checkText(command.description ?? '', 100, under(at, 'description'), out);
    checkLocalized(command.description_localizations, under(at, 'description_localizations'), out, (text, path) =>
      checkText(text, 100, path, out),
    );
    checkOptions(command.options ?? [], under(at, 'options'), 0, out);
  } else {
    const message = (what: string) => `Context menu commands cannot have ${what}`;
    if (command.description)
      out.add(under(at, 'description'), 'APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION', message('a description'));
    if (command.options?.length)
      out.add(under(at, 'options'), 'APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS', message('options'));
  }
  if (sizeOf(command) > MAX_COMMAND)
    out.add(at, 'APPLICATION_COMMAND_TOO_LARGE', `Command exceeds maximum size (${MAX_COMMAND})`);
}

export const isChat = (command: { type?: Type | null }): boolean => (command.type ?? Type.ChatInput) === Type.ChatInput;

const sizeOf = (command: CommandForm): number =>
  longest(command.name, command.name_localizations) +
  longest(command.description ?? '', command.description_localizations) +
  sum(command.options, optionSize);

const optionSize = (one: OptionForm): number =>
  longest(one.name, one.name_localizations) +
  longest(one.description, one.description_localizations) +
  sum(one.choices, (each) => longest(each.name, each.name_localizations) + String(each.value).length) +
  sum(one.options, optionSize);

const sum = <T>(items: readonly T[] | null | undefined, size: (item: T) => number): number =>
  (items ?? []).reduce((total, item) => total + size(item), 0);

const longest = (text: string, others: Record<string, string> | null | undefined): number =>
  Object.values(others ?? {}).reduce((most, other) => Math.max(most, other.length), text.length);

/** An option as Discord answers it: nulls and defaults left out. */
export function normalisedOption(one: OptionForm): APIApplicationCommandOption {
  const nested = one.type === Kind.Subcommand || one.type === Kind.SubcommandGroup;
  // The rules above were checked field by field; Discord's union of option types does not narrow from a number.
  return compact({
    ...one,
    required: one.required || undefined,
    autocomplete: one.autocomplete || undefined,
    choices: one.choices?.length
      ? one.choices.map((each) => compact(each) as APIApplicationCommandOptionChoice)
      : undefined,
    options: one.options?.length || nested ? (one.options ?? []).map(normalisedOption) : undefined,
  }) as APIApplicationCommandOption;
}

const compact = (record: object): object =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null && value !== undefined));
