import type { AutocompleteInteraction } from 'discord.js';
import { BadInteraction } from './bad-interaction.js';
import type { Context } from './context.js';
import type { Options } from './options.js';

/** Discord's limits. */
const MOST_CHOICES = 25;
const LONGEST_NAME = 100;
const LONGEST_VALUE = 100;

/** Answers what the person is typing with what the option that has the focus suggests. */
export async function suggest(
  options: Options,
  interaction: AutocompleteInteraction<'cached'>,
  context: Context,
): Promise<void> {
  const focused = focusOf(interaction);
  const option = Object.hasOwn(options, focused.name) ? options[focused.name] : undefined;
  if (!option || !('autocomplete' in option) || !option.autocomplete) throw new BadInteraction('no such suggestions');
  const suggestions = await option.autocomplete(
    String(focused.value),
    context,
    (name) => interaction.options.get(name)?.value,
  );
  const fitting = suggestions.filter(({ value }) => typeof value !== 'string' || value.length <= LONGEST_VALUE);
  await interaction.respond(
    // One value that is too long, and Discord takes none of them.
    fitting.slice(0, MOST_CHOICES).map(({ name, value }) => ({
      name: name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name,
      value,
    })),
  );
}

function focusOf(interaction: AutocompleteInteraction<'cached'>) {
  try {
    return interaction.options.getFocused(true);
  } catch (error) {
    throw new BadInteraction('no option has the focus', { cause: error });
  }
}
