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

/** Every name and description in a payload, in every language, with what kind of thing it names. */
function textsOf(value: unknown, key = ''): { key: string; text: string }[] {
  if (typeof value === 'string') return [{ key, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    const own = Array.isArray(value) ? key : key.endsWith('_localizations') ? key.replace('_localizations', '') : name;
    return textsOf(part, key === 'choices' && name !== 'value' ? 'choice' : own);
  });
}

describe.each(catalogue.commands.map((command) => [command.name, command] as const))('%s', (_, command) => {
  const payload: RESTPostAPIApplicationCommandsJSONBody = payloadOf(command);

  it('has names and descriptions in every language, as Discord takes them', () => {
    for (const { key, text } of textsOf(payload)) {
      if (key === 'description') expect(text.length, text).toBeLessThanOrEqual(100);
      if (key === 'description') expect(text.length, text).toBeGreaterThan(0);
      if (key === 'choice') expect(text.length, text).toBeLessThanOrEqual(100);
      if (key === 'name' && command.kind === 'slash') expect(text).toMatch(NAME);
      if (key === 'name' && command.kind === 'slash') expect(text).toBe(text.toLowerCase());
      if (key === 'name' && command.kind !== 'slash') expect(text.length, text).toBeLessThanOrEqual(32);
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
