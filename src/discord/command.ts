/**
 * Commands, declared once, as data. Texts come from data/locales by the command's name:
 * `command.<name>.name`, `.description`, `.option.<o>.name`, `.option.<o>.description`, `.option.<o>.choice.<value>`,
 * and for subcommands `command.<name>.sub.<sub>` in front of the same endings.
 */
import type {
  ChatInputCommandInteraction,
  MessageContextMenuCommandInteraction,
  UserContextMenuCommandInteraction,
} from 'discord.js';
import type { Access } from './access.js';
import { BadInteraction } from './bad-interaction.js';
import type { Bare, Context } from './context.js';
import { type Options, type OptionValues, readOptions } from './options.js';

/** Guilds only: every interaction that reaches a handler comes from a guild that the client knows. */
export type SlashInteraction = ChatInputCommandInteraction<'cached'>;
export type MessageMenuInteraction = MessageContextMenuCommandInteraction<'cached'>;
export type UserMenuInteraction = UserContextMenuCommandInteraction<'cached'>;

interface Declared {
  readonly name: string;
  /** Who may use it. Default: everyone. */
  readonly access?: Access;
}

type RunSlash = (interaction: SlashInteraction, context: Context) => Promise<void>;
type RunBare = (interaction: SlashInteraction, context: Bare) => Promise<void>;

export interface Subcommand {
  readonly access?: Access;
  readonly options: Options;
  readonly run: RunSlash;
  readonly runWithoutData?: RunBare;
}

export interface SlashCommand extends Declared, Subcommand {
  readonly kind: 'slash';
  readonly subcommands?: Readonly<Record<string, Subcommand>>;
}

export interface MessageCommand extends Declared {
  readonly kind: 'message';
  readonly run: (interaction: MessageMenuInteraction, context: Context) => Promise<void>;
}

export interface UserCommand extends Declared {
  readonly kind: 'user';
  readonly run: (interaction: UserMenuInteraction, context: Context) => Promise<void>;
}

export type Command = SlashCommand | MessageCommand | UserCommand;

interface Leaf<O extends Options> {
  readonly access?: Access;
  readonly options?: O;
  readonly run: (
    interaction: SlashInteraction,
    context: Context & { readonly options: OptionValues<O> },
  ) => Promise<void>;
  /** Runs instead when the guild's file cannot be used; without it, the person is told so. */
  readonly runWithoutData?: RunBare;
}

/**
 * A chat input command, with options or with subcommands.
 * @example
 * export default slashCommand({
 *   name: 'find',
 *   options: { words: { type: 'string', required: true }, in: { type: 'string', choices: ['questions', 'articles'] } },
 *   async run(interaction, { community, options }) {
 *     // options.words: string; options.in: 'questions' | 'articles' | undefined
 *   },
 * });
 */
export function slashCommand<const O extends Options>(command: Declared & Leaf<O>): SlashCommand;
export function slashCommand(
  command: Declared & { readonly subcommands: Readonly<Record<string, Subcommand>> },
): SlashCommand;
export function slashCommand<const O extends Options>(
  command: Declared & (Leaf<O> | { readonly subcommands: Readonly<Record<string, Subcommand>> }),
): SlashCommand {
  if ('run' in command) return { kind: 'slash', name: command.name, access: command.access, ...subcommand(command) };
  const { subcommands } = command;
  return {
    ...command,
    kind: 'slash',
    options: {},
    run: (interaction, context) => {
      const chosen = subcommands[interaction.options.getSubcommand()];
      if (!chosen) throw new BadInteraction('unknown subcommand');
      return chosen.run(interaction, context);
    },
  };
}

/** One subcommand, declared like a command without a name: its name is its key in `subcommands`. */
export function subcommand<const O extends Options>(leaf: Leaf<O>): Subcommand {
  const options = leaf.options ?? ({} as O);
  return {
    access: leaf.access,
    options,
    runWithoutData: leaf.runWithoutData,
    run: (interaction, context) => leaf.run(interaction, { ...context, options: readOptions(options, interaction) }),
  };
}

/** An entry in the menu on a message. */
export function messageCommand(command: Omit<MessageCommand, 'kind'>): MessageCommand {
  return { ...command, kind: 'message' };
}

/** An entry in the menu on a person. */
export function userCommand(command: Omit<UserCommand, 'kind'>): UserCommand {
  return { ...command, kind: 'user' };
}
