import { readFileSync } from 'node:fs';
import { ApplicationCommandType, ComponentType, type RESTPostAPIApplicationCommandsJSONBody } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jobs } from '../../commands/index.js';
import { createCatalogue, entriesOf } from '../../src/discord/catalogue.js';
import { payloadOf } from '../../src/discord/payload.js';
import { textKey } from '../../src/discord/texts.js';
import { helpPages } from '../../src/discord/views/help.js';
import { LOCALES, type Locale, translator } from '../../src/platform/i18n.js';
import { shipped } from '../../src/platform/paths.js';

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

/** Commands with their subcommands, as people type them in a language. */
function typedIn(locale: Locale): Set<string> {
  const t = translator(locale);
  return new Set(
    catalogue.commands
      .filter(({ kind }) => kind === 'slash')
      .flatMap((command) => {
        const name = `/${t(textKey(`command.${command.name}.name`))}`;
        const subs = Object.keys(('subcommands' in command && command.subcommands) || {});
        return [name, ...subs.map((sub) => `${name} ${t(textKey(`command.${command.name}.sub.${sub}.name`))}`)];
      }),
  );
}

it.each(LOCALES)('texts in %s name commands as they are called in that language', (locale) => {
  const catalogue: unknown = JSON.parse(readFileSync(shipped('locales', `${locale}.json`), 'utf8'));
  const commands = typedIn(locale);
  const texts = z.record(z.string(), z.string()).parse(catalogue);
  for (const [key, text] of Object.entries(texts)) {
    for (const [, named = ''] of text.matchAll(/`(\/[^`{]*?)(?: \{[^`]*)?`/gu)) {
      expect(commands, `${key} names ${named}`).toContain(named);
    }
  }
});

it('Chinese texts say 你 throughout', () => {
  expect(readFileSync(shipped('locales', 'zh-CN.json'), 'utf8')).not.toContain('您');
});

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
