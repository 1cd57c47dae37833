import { describe, expect, it } from 'vitest';
import { jobs } from '../../commands/index.js';
import {
  isMessageKey,
  LOCALES,
  languageOf,
  localeOf,
  parseMessage,
  publicTexts,
  readCatalogue,
  translator,
} from '../../src/platform/i18n.js';

type Element = ReturnType<ReturnType<typeof parseMessage>['getAst']>[number];

/** Placeholders of a message, and in which way each is used where that decides what may be given. */
function placeholders(elements: readonly Element[]): string[] {
  return elements.flatMap((element) => {
    const own = 'value' in element && typeof element.value === 'string' ? element.value : '';
    // 1 argument, 2 number, 3 date, 4 time, 5 select, 6 plural; 0 is text, 7 the number of a plural.
    if (element.type === 0 || element.type === 7) return [];
    const inner =
      'options' in element ? Object.values(element.options).flatMap(({ value }) => placeholders(value)) : [];
    return [own, ...inner];
  });
}

const catalogues = LOCALES.map((locale) => ({ locale, texts: readCatalogue(locale) }));
const keys = [...readCatalogue('en-US').keys()];

/** Discord's limits, by the kind of text that a key names. Lengths in UTF-16 units, the stricter count. */
const LIMITS: readonly [RegExp, number][] = [
  [/^command\..*\.name$/, 32],
  [/^command\..*\.description$/, 100],
  [/^command\..*\.choice\.[^.]+$/, 100],
  [/^modal\.[^.]+\.title$/, 45],
  [/^modal\..*\.label$/, 45],
  [/^modal\..*\.(description|placeholder|choice\.[^.]+)$/, 100],
  [/(^|\.)button(\.|$)/, 80],
  [/./, 1500],
];

describe('data/locales', () => {
  it('has every text in every language', () => {
    for (const { locale, texts } of catalogues) expect([...texts.keys()].sort(), locale).toEqual([...keys].sort());
    for (const { texts } of catalogues) for (const text of texts.values()) expect(text.trim()).not.toBe('');
  });

  it('has the same placeholders in every language', () => {
    for (const key of keys) {
      const [english, ...others] = catalogues.map(({ locale, texts }) => {
        const message = parseMessage(texts.get(key) ?? '', locale);
        return [...new Set(placeholders(message.getAst()))].sort();
      });
      for (const other of others) expect(other, key).toEqual(english);
    }
  });

  it('keeps to Discord’s limits', () => {
    for (const { locale, texts } of catalogues) {
      for (const [key, text] of texts) {
        const [, limit = 0] = LIMITS.find(([kind]) => kind.test(key)) ?? [];
        expect(text.length, `${locale} ${key}`).toBeLessThanOrEqual(limit);
      }
    }
  });

  it('names slash commands and their parts as Discord wants: lower case, no spaces', () => {
    const parts = jobs.flatMap(({ parts }) => parts);
    const menus = new Set(
      parts.flatMap(({ kind, name }) => (kind === 'message' || kind === 'user' ? [`command.${name}.name`] : [])),
    );
    for (const { locale, texts } of catalogues) {
      for (const [key, text] of texts) {
        if (!/^command\..*\.name$/.test(key) || menus.has(key)) continue;
        expect(text, `${locale} ${key}`).toMatch(/^[-_\p{L}\p{N}]{1,32}$/u);
        expect(text, `${locale} ${key}`).toBe(text.toLowerCase());
      }
    }
  });

  it('has names of tags that fit a tag in both languages at once', () => {
    const both = ['zh-CN', 'en-US'] as const;
    for (const key of keys) {
      if (!/^(subject|question\.state)\./.test(key) || !isMessageKey(key)) continue;
      expect(both.map((locale) => translator(locale)(key)).join(' ').length, key).toBeLessThanOrEqual(20);
    }
  });

  it('writes Chinese without spaces around Chinese punctuation, and with its own quotation marks', () => {
    for (const [key, text] of readCatalogue('zh-CN')) {
      const said = text.replace(/\{\w+, (plural|select).*\}/gs, '');
      expect(said, key).not.toMatch(/\p{Script=Han} *[,;?!]|"/u);
      expect(said, key).not.toMatch(/ [，。；：？！]|[，。；？！] (?!`)/u);
    }
  });
});

describe('a reader', () => {
  it.each([
    ['zh-CN', 'zh-CN'],
    ['zh-TW', 'zh-CN'],
    ['en-GB', 'en-US'],
    ['de', 'en-US'],
    ['', 'en-US'],
    [undefined, 'en-US'],
    [null, 'en-US'],
  ])('of %s reads %s', (reported, read) => {
    expect(localeOf(reported)).toBe(read);
  });

  it('is told numbers, dates and lists in their own way', () => {
    const at = Date.UTC(2026, 10, 23, 12);
    expect(translator('en-US').number(1234567.5)).toBe('1,234,567.5');
    expect(translator('zh-CN').date(at)).toMatch(/2026年11月23日/);
    expect(translator('en-US').list(['a', 'b', 'c'])).toBe('a, b, and c');
    expect(translator('zh-CN').list(['a', 'b', 'c'])).toBe('a、b和c');
  });

  it('is not told a text with holes in it', () => {
    expect(() => translator('en-US')('question.card.asker')).toThrow(/asker/);
  });

  it('reads Discord’s own marks as they are', () => {
    expect(translator('en-US')('question.card.asker', { asker: '<@11>' })).toBe('Asked by <@11>');
  });
});

describe('a public text', () => {
  it('says one language, or both with the server’s first one first, and what is equal once', () => {
    expect(publicTexts(['zh-CN']).line('question.state.open')).toBe('待解答');
    expect(publicTexts(['en-US', 'zh-CN']).line('question.state.open')).toBe('Open · 待解答');
    expect(publicTexts(['zh-CN', 'en-US']).line('modal.ask.field.version.placeholder')).toBe('4.0.1');
  });

  it('gives each language its own values', () => {
    const told = publicTexts(['zh-CN', 'en-US']).block('question.closed.post', (t) => ({
      by: 'X',
      reason: t('question.reason.solved'),
    }));
    expect(told).toBe('X 关闭了这个问题：问题已解决。\nX closed this question: it is solved.');
  });
});

describe('the language of a question', () => {
  it('is Chinese as soon as it has Chinese in it', () => {
    expect(languageOf('Ceph 存储池满了')).toBe('zh-CN');
    expect(languageOf('the pool is full')).toBe('en-US');
  });
});
