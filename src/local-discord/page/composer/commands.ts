/** Application commands as the `/` picker offers them: one entry for each thing that can be run, in the reader's language. */
import type { APIApplicationCommandOption, APIUser } from 'discord-api-types/v10';
import type { PickerCommand } from '../../actor.js';
import { optionType } from '../discord.js';
import type { Choice } from '../parts/choice.js';
import { localised } from '../texts/index.js';

export interface Option {
  /** As the application knows it. */
  readonly name: string;
  /** As the reader sees it. */
  readonly label: string;
  readonly description: string;
  readonly type: number;
  readonly required: boolean;
  readonly autocomplete: boolean;
  /** Declared choices: nothing else may be entered. */
  readonly choices: readonly Choice[] | undefined;
  readonly channelTypes: readonly number[] | undefined;
}

export interface Entry {
  /** Name, group and subcommand as the application knows them: `question close`. */
  readonly path: string;
  /** The same as the reader sees them. */
  readonly label: string;
  readonly description: string;
  readonly application: APIUser;
  readonly applicationId: string;
  readonly options: readonly Option[];
}

type Named = Pick<
  APIApplicationCommandOption,
  'name' | 'name_localizations' | 'description' | 'description_localizations'
>;

/** Every runnable path of the commands, in the order that the server gave them. */
export function entriesOf(commands: readonly PickerCommand[], language: string): Entry[] {
  return commands.flatMap(({ command, application }) => {
    const base = { application, applicationId: command.application_id };
    return runnable(command, command.options ?? [], language).map((entry) => ({ ...base, ...entry }));
  });
}

type Runnable = Pick<Entry, 'path' | 'label' | 'description' | 'options'>;

function runnable(node: Named, inside: readonly APIApplicationCommandOption[], language: string): Runnable[] {
  const label = localised(node.name, node.name_localizations, language);
  const deeper = inside.filter(isBranch);
  if (deeper.length === 0) {
    const description = localised(node.description, node.description_localizations, language);
    return [{ path: node.name, label, description, options: inside.map((option) => optionOf(option, language)) }];
  }
  return deeper.flatMap((branch) =>
    runnable(branch, branch.options ?? [], language).map((entry) => ({
      ...entry,
      path: `${node.name} ${entry.path}`,
      label: `${label} ${entry.label}`,
    })),
  );
}

type Branch = Extract<APIApplicationCommandOption, { type: 1 | 2 }>;
const isBranch = (option: APIApplicationCommandOption): option is Branch =>
  option.type === optionType.subcommand || option.type === optionType.group;

function optionOf(option: APIApplicationCommandOption, language: string): Option {
  const choices = 'choices' in option ? option.choices : undefined;
  return {
    name: option.name,
    label: localised(option.name, option.name_localizations, language),
    description: localised(option.description, option.description_localizations, language),
    type: option.type,
    required: option.required ?? false,
    autocomplete: 'autocomplete' in option && option.autocomplete === true,
    choices: choices?.map(({ name, name_localizations, value }) => ({
      value: String(value),
      label: localised(name, name_localizations, language),
    })),
    channelTypes: 'channel_types' in option ? option.channel_types : undefined,
  };
}

export interface Begun {
  readonly entry: Entry;
  /** What stands after the command's name: options as `name: value`. */
  readonly rest: string;
}

/** A command whose whole name was written, with a space or more after it. */
export function begunIn(entries: readonly Entry[], text: string): Begun | undefined {
  const written = text.toLowerCase();
  for (const entry of entries) {
    for (const name of [entry.label, entry.path]) {
      if (written.startsWith(`/${name} `)) return { entry, rest: text.slice(name.length + 2).trim() };
    }
  }
  return undefined;
}

/** Entries for what was typed after `/`: names first that begin so, then those that contain it, then descriptions. */
export function matchingEntries(entries: readonly Entry[], typed: string): readonly Entry[] {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return entries;
  const rank = ({ label, path, description }: Entry) => {
    if (label.startsWith(wanted) || path.startsWith(wanted)) return 0;
    if (label.includes(wanted) || path.includes(wanted)) return 1;
    return description.toLowerCase().includes(wanted) ? 2 : 3;
  };
  return entries
    .map((entry) => ({ entry, rank: rank(entry) }))
    .filter((one) => one.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .map(({ entry }) => entry);
}
