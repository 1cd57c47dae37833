import { ApplicationCommandType, ComponentType, type RESTPostAPIApplicationCommandsJSONBody } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { jobs } from '../../commands/index.js';
import { createCatalogue, entriesOf } from '../../src/discord/catalogue.js';
import { payloadOf } from '../../src/discord/payload.js';
import { textKey } from '../../src/discord/texts.js';
import { helpPages } from '../../src/discord/views/help.js';
import { LOCALES, translator } from '../../src/platform/i18n.js';

const catalogue = createCatalogue(jobs);
/** Discord's pattern of names of chat input commands and options. */
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

interface Text {
  readonly of: 'name' | 'description' | 'choice';
  readonly text: string;
}

/** Every name, description and choice in a payload, in every language. */
function textsOf(payload: object, inChoice = false): Text[] {
  return Object.entries(payload).flatMap(([key, value]): Text[] => {
    if (Array.isArray(value))
      return value.flatMap((item) => (typeof item === 'object' ? textsOf(item, key === 'choices') : []));
    const of = key.startsWith('name')
      ? inChoice
        ? 'choice'
        : 'name'
      : key.startsWith('description')
        ? 'description'
        : undefined;
    if (!of) return [];
    const texts: unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : [value];
    return texts.flatMap((text) => (typeof text === 'string' ? [{ of, text }] : []));
  });
}

describe.each(catalogue.commands.map((command) => [command.name, command] as const))('%s', (_, command) => {
  const payload: RESTPostAPIApplicationCommandsJSONBody = payloadOf(command);

  it('has names and descriptions in every language, as Discord takes them', () => {
    const menu = command.kind !== 'slash';
    for (const { of, text } of textsOf(payload)) {
      expect(text).not.toBe('');
      expect(text.length, text).toBeLessThanOrEqual(of === 'name' ? 32 : 100);
      if (of === 'name' && !menu) expect(text).toMatch(NAME);
      if (of === 'name' && !menu) expect(text).toBe(text.toLowerCase());
    }
  });

  it('keeps within 8,000 characters in all', () => {
    const all = textsOf(payload).reduce((sum, { text }) => sum + text.length, 0);
    expect(all).toBeLessThanOrEqual(8_000);
  });

  it('is called in English what its declaration calls it', () => {
    if (payload.type !== ApplicationCommandType.ChatInput) return;
    expect(translator('en-US')(textKey(`command.${command.name}.name`))).toBe(command.name);
  });
});

it.each(LOCALES)('fits the help of everything into pages of Discord, in %s', (locale) => {
  const pages = helpPages(entriesOf(catalogue), new Map(), translator(locale));
  for (const page of pages) expect(page.length).toBeLessThanOrEqual(1_900);
  expect(pages.join('\n').match(/^- /gm)).toHaveLength(entriesOf(catalogue).length);
});

it.each(LOCALES)('opens every modal within the limits of Discord, in %s', (locale) => {
  for (const modal of catalogue.modals.values()) {
    const { title, components } = modal.form(translator(locale));
    expect(title.length, title).toBeLessThanOrEqual(45);
    expect(components.length).toBeLessThanOrEqual(5);
    for (const label of components) {
      if (label.type !== ComponentType.Label) continue;
      expect(label.label.length, label.label).toBeLessThanOrEqual(45);
      expect(label.description?.length ?? 0, label.description).toBeLessThanOrEqual(100);
    }
  }
});
