import type { Interaction } from 'discord.js';
import type { Access } from './access.js';
import { BadInteraction, OutOfDate } from './bad-interaction.js';
import type { Catalogue } from './catalogue.js';
import type { SlashCommand, Subcommand } from './command.js';
import type { Bare, Context } from './context.js';
import { type Address, readAddress } from './custom-id.js';
import { suggest } from './suggest.js';

/** Where an interaction goes. */
export interface Route {
  /** For metrics and the log: a name that we declared. */
  readonly label: string;
  readonly access: Access;
  readonly run: (context: Context) => Promise<void>;
  /** What can be done even without the guild's file. */
  readonly runWithoutData?: (context: Bare) => Promise<void>;
}

/** Finds what an interaction is for. Throws BadInteraction or OutOfDate when there is no such thing (any more). */
export function routeOf(catalogue: Catalogue, interaction: Interaction<'cached'>): Route {
  if (interaction.isChatInputCommand()) {
    const { label, access, leaf } = leafOf(
      catalogue,
      interaction.commandName,
      interaction.options.getSubcommand(false),
    );
    const { run, runWithoutData } = leaf;
    return {
      label,
      access,
      run: (context) => run(interaction, context),
      runWithoutData: runWithoutData && ((context) => runWithoutData(interaction, context)),
    };
  }
  if (interaction.isAutocomplete()) {
    const { label, access, leaf } = leafOf(
      catalogue,
      interaction.commandName,
      interaction.options.getSubcommand(false),
    );
    return { label: `${label} (typing)`, access, run: (context) => suggest(leaf.options, interaction, context) };
  }
  if (interaction.isMessageContextMenuCommand()) {
    const command = known(catalogue.message.get(interaction.commandName));
    return route(command, command.name, (context) => command.run(interaction, context));
  }
  if (interaction.isUserContextMenuCommand()) {
    const command = known(catalogue.user.get(interaction.commandName));
    return route(command, command.name, (context) => command.run(interaction, context));
  }
  if (interaction.isButton()) {
    const { part, address } = component(catalogue.buttons, interaction.customId);
    return route(part, `${part.name} (button)`, (context) => part.run(interaction, context, address));
  }
  if (interaction.isAnySelectMenu()) {
    const { part, address } = component(catalogue.selects, interaction.customId);
    return route(part, `${part.name} (select)`, (context) => part.run(interaction, context, address));
  }
  if (interaction.isModalSubmit()) {
    const { part, address } = component(catalogue.modals, interaction.customId);
    return route(part, `${part.name} (modal)`, (context) => part.run(interaction, context, address));
  }
  throw new BadInteraction('a kind of interaction that we have no use for');
}

function route(part: { readonly access?: Access }, label: string, run: Route['run']): Route {
  return { label, access: part.access ?? 'everyone', run };
}

function leafOf(catalogue: Catalogue, name: string, sub: string | null) {
  const command: SlashCommand = known(catalogue.slash.get(name));
  const own = command.access ?? 'everyone';
  if (!command.subcommands) return { label: name, access: own, leaf: command };
  const leaf: Subcommand = known(sub !== null && Object.hasOwn(command.subcommands, sub) && command.subcommands[sub]);
  return { label: `${name} ${sub}`, access: leaf.access ?? own, leaf };
}

function component<P>(parts: ReadonlyMap<string, P>, customId: unknown): { part: P; address: Address } {
  const address = typeof customId === 'string' ? readAddress(customId) : undefined;
  const part = address && parts.get(address.name);
  if (!part) throw new OutOfDate('no such component');
  return { part, address };
}

function known<T>(found: T | undefined | false): T {
  if (!found) throw new BadInteraction('no such command');
  return found;
}
