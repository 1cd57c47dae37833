/** Building blocks of messages made of components, version 2. */
import {
  type APIActionRowComponent,
  type APIButtonComponentWithCustomId,
  type APIComponentInContainer,
  type APIContainerComponent,
  type APISeparatorComponent,
  type APITextDisplayComponent,
  ButtonStyle,
  ComponentType,
} from 'discord.js';

/** Discord counts all texts of one message together. */
export const TEXT_LIMIT = 4000;

export const COLOURS = {
  open: 0xf0b232,
  answered: 0x23a55a,
  closed: 0x80848e,
  gone: 0x80848e,
  plain: 0x5865f2,
  wrong: 0xf23f43,
} as const;

export function text(content: string): APITextDisplayComponent {
  return { type: ComponentType.TextDisplay, content };
}

export function line(): APISeparatorComponent {
  return { type: ComponentType.Separator, divider: true };
}

export function container(colour: number, components: APIComponentInContainer[]): APIContainerComponent {
  return { type: ComponentType.Container, accent_color: colour, components };
}

interface ButtonLook {
  readonly style?: ButtonStyle.Primary | ButtonStyle.Secondary | ButtonStyle.Success | ButtonStyle.Danger;
  readonly disabled?: boolean;
}

export function pressable(custom_id: string, label: string, look: ButtonLook = {}): APIButtonComponentWithCustomId {
  return { type: ComponentType.Button, style: ButtonStyle.Secondary, custom_id, label, ...look };
}

export function row(
  ...components: APIButtonComponentWithCustomId[]
): APIActionRowComponent<APIButtonComponentWithCustomId> {
  return { type: ComponentType.ActionRow, components };
}
