/** Buttons and selects, declared once, as data. Their custom ids carry their state, so they work after a restart. */
import {
  type AnySelectMenuInteraction,
  type ButtonInteraction,
  type ChannelSelectMenuInteraction,
  ComponentType,
  type MentionableSelectMenuInteraction,
  type RoleSelectMenuInteraction,
  type StringSelectMenuInteraction,
  type UserSelectMenuInteraction,
} from 'discord.js';
import type { Access } from './access.js';
import { OutOfDate } from './bad-interaction.js';
import type { Context } from './context.js';
import { type Address, addressing, type Fields, type State, type WriteId } from './custom-id.js';

/** What every component declares. Changing `state` needs a new `version`: older ones are answered as out of date. */
export interface Declared<F extends Fields> {
  /** Unique among components; short, as it is part of the custom id. */
  readonly name: string;
  /** From 1, which is the default. */
  readonly version?: number;
  readonly access?: Access;
  readonly state?: F;
}

export interface Component {
  readonly name: string;
  readonly version: number;
  readonly access?: Access;
}

export type RunComponent<I> = (interaction: I, context: Context, address: Address) => Promise<void>;

export interface Button extends Component {
  readonly kind: 'button';
  readonly run: RunComponent<ButtonInteraction<'cached'>>;
}

/**
 * A button.
 * @example
 * export const nextPage = button({
 *   name: 'question.list',
 *   state: { page: 'int', mine: 'flag' },
 *   async run(interaction, { state, community }) { … state.page … },
 * });
 * // in a view: { type: ComponentType.Button, custom_id: nextPage.id({ page: 2, mine: false }), … }
 */
export function button<const F extends Fields = Record<never, never>>(
  declared: Declared<F> & {
    readonly run: (
      interaction: ButtonInteraction<'cached'>,
      context: Context & { readonly state: State<F> },
    ) => Promise<void>;
  },
): Button & { readonly id: WriteId<F> } {
  const { id, version, stateOf } = addressing(declared);
  return {
    kind: 'button',
    name: declared.name,
    version,
    access: declared.access,
    id,
    run: (interaction, context, address) => declared.run(interaction, { ...context, state: stateOf(address) }),
  };
}

export interface SelectInteractions {
  string: StringSelectMenuInteraction<'cached'>;
  user: UserSelectMenuInteraction<'cached'>;
  role: RoleSelectMenuInteraction<'cached'>;
  channel: ChannelSelectMenuInteraction<'cached'>;
  mentionable: MentionableSelectMenuInteraction<'cached'>;
}

export interface Select extends Component {
  readonly kind: 'select';
  readonly run: RunComponent<AnySelectMenuInteraction<'cached'>>;
}

/** A select menu of words, people, roles or channels. `values` are the words or ids picked. */
export function select<const F extends Fields = Record<never, never>, Of extends keyof SelectInteractions = 'string'>(
  declared: Declared<F> & {
    /** What is picked from; words by default. */
    readonly of?: Of;
    readonly run: (
      interaction: SelectInteractions[Of],
      context: Context & { readonly state: State<F>; readonly values: readonly string[] },
    ) => Promise<void>;
  },
): Select & { readonly id: WriteId<F> } {
  const { id, version, stateOf } = addressing(declared);
  const of = declared.of ?? 'string';
  const isOurs = (interaction: AnySelectMenuInteraction<'cached'>): interaction is SelectInteractions[Of] =>
    interaction.componentType === SELECT_TYPES[of];
  return {
    kind: 'select',
    name: declared.name,
    version,
    access: declared.access,
    id,
    run: (interaction, context, address) => {
      if (!isOurs(interaction)) throw new OutOfDate('another kind of select');
      const values = interaction.values.filter((value) => typeof value === 'string');
      return declared.run(interaction, { ...context, state: stateOf(address), values });
    },
  };
}

const SELECT_TYPES = {
  string: ComponentType.StringSelect,
  user: ComponentType.UserSelect,
  role: ComponentType.RoleSelect,
  channel: ComponentType.ChannelSelect,
  mentionable: ComponentType.MentionableSelect,
} as const satisfies Record<keyof SelectInteractions, ComponentType>;
