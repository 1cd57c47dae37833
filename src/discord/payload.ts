/** A declared command as Discord takes it, with its texts in every language. */
import {
  type APIApplicationCommandBasicOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type LocalizationMap,
  type RESTPostAPIApplicationCommandsJSONBody,
} from 'discord.js';
import { DISCORD_LOCALES, LOCALES, type Translator, translator } from '../platform/i18n.js';
import { DISCORD_PERMISSIONS } from './access.js';
import type { Command } from './command.js';
import type { Option, Options } from './options.js';
import { textKey } from './texts.js';

const [DEFAULT, ...OTHERS] = LOCALES;
const english = translator(DEFAULT);

/** What Discord is told about a command. Throws when data/locales lacks one of its texts. */
export function payloadOf(command: Command): RESTPostAPIApplicationCommandsJSONBody {
  const key = `command.${command.name}`;
  const permissions = DISCORD_PERMISSIONS[command.access ?? 'everyone'];
  const shared = {
    name_localizations: localized(`${key}.name`),
    default_member_permissions: permissions === null ? null : permissions.toString(),
    contexts: [InteractionContextType.Guild],
    integration_types: [ApplicationIntegrationType.GuildInstall],
  };
  if (command.kind === 'message') {
    return { ...shared, type: ApplicationCommandType.Message, name: english(textKey(`${key}.name`)) };
  }
  if (command.kind === 'user') {
    return { ...shared, type: ApplicationCommandType.User, name: english(textKey(`${key}.name`)) };
  }
  return {
    ...shared,
    ...described(key),
    type: ApplicationCommandType.ChatInput,
    name: command.name,
    options: command.subcommands
      ? Object.entries(command.subcommands).map(([name, { options }]) => ({
          ...described(`${key}.sub.${name}`),
          name_localizations: localized(`${key}.sub.${name}.name`),
          type: ApplicationCommandOptionType.Subcommand,
          name,
          options: optionsOf(options, `${key}.sub.${name}`),
        }))
      : optionsOf(command.options, key),
  };
}

function optionsOf(options: Options, key: string): APIApplicationCommandBasicOption[] {
  return Object.entries<Option>(options)
    .map(([name, option]) => optionOf(name, option, `${key}.option.${name}`))
    .sort((one, other) => Number(other.required) - Number(one.required));
}

function optionOf(name: string, option: Option, key: string): APIApplicationCommandBasicOption {
  const shared = {
    ...described(key),
    name_localizations: localized(`${key}.name`),
    name,
    required: option.required ?? false,
  };
  switch (option.type) {
    case 'string':
      return { ...shared, ...lengths(option), ...picked(option, key), type: ApplicationCommandOptionType.String };
    case 'integer':
      return { ...shared, ...bounds(option), ...picked(option, key), type: ApplicationCommandOptionType.Integer };
    case 'number':
      return { ...shared, ...bounds(option), ...picked(option, key), type: ApplicationCommandOptionType.Number };
    case 'channel':
      return {
        ...shared,
        type: ApplicationCommandOptionType.Channel,
        ...(option.channelTypes && { channel_types: [...option.channelTypes] }),
      };
    case 'boolean':
      return { ...shared, type: ApplicationCommandOptionType.Boolean };
    case 'user':
      return { ...shared, type: ApplicationCommandOptionType.User };
    case 'role':
      return { ...shared, type: ApplicationCommandOptionType.Role };
    case 'mentionable':
      return { ...shared, type: ApplicationCommandOptionType.Mentionable };
    case 'attachment':
      return { ...shared, type: ApplicationCommandOptionType.Attachment };
  }
}

interface Choosable<V extends string | number> {
  readonly choices?: readonly V[];
  readonly autocomplete?: unknown;
}

function picked<V extends string | number>({ choices, autocomplete }: Choosable<V>, key: string) {
  if (autocomplete) return { autocomplete: true as const };
  if (!choices) return {};
  return {
    choices: choices.map((value) => ({
      name: english(textKey(`${key}.choice.${value}`)),
      name_localizations: localized(`${key}.choice.${value}`),
      value,
    })),
  };
}

function lengths({ minLength, maxLength }: { minLength?: number; maxLength?: number }) {
  return { ...(minLength !== undefined && { min_length: minLength }), ...(maxLength && { max_length: maxLength }) };
}

function bounds({ min, max }: { min?: number; max?: number }) {
  return { ...(min !== undefined && { min_value: min }), ...(max !== undefined && { max_value: max }) };
}

function described(key: string) {
  return {
    description: english(textKey(`${key}.description`)),
    description_localizations: localized(`${key}.description`),
  };
}

/** A text in the languages beside the default one, under each of Discord's names for their readers. */
function localized(key: string): LocalizationMap {
  const translators: Translator[] = OTHERS.map(translator);
  return Object.fromEntries(
    translators.flatMap((t) => DISCORD_LOCALES[t.locale].map((name) => [name, t(textKey(key))])),
  );
}
