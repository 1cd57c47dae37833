/** Every text that a person reads: ICU messages from data/locales, in the reader's language or in the server's. */
import { readFileSync } from 'node:fs';
import { IntlMessageFormat } from 'intl-messageformat';
import type enUS from '../../data/locales/en-US.json';
import { shipped } from './paths.js';

/** The languages that every text exists in. The first is what others fall back to. */
export const LOCALES = ['en-US', 'zh-CN'] as const;
export type Locale = (typeof LOCALES)[number];

/** A text's name in data/locales. Generated from en-US, so a misspelt key does not compile. */
export type MessageKey = keyof typeof enUS;

export type Values = Readonly<Record<string, string | number | boolean | undefined>>;

/** Discord's names for a locale's readers, for localised command names: zh-TW reads zh-CN. */
export const DISCORD_LOCALES = {
  'en-US': ['en-US', 'en-GB'],
  'zh-CN': ['zh-CN', 'zh-TW'],
} as const satisfies Record<Locale, readonly string[]>;

/** The language to answer someone in, from the locale that Discord reports: any Chinese reads zh-CN, all others en-US. */
export function localeOf(reported: string | null | undefined): Locale {
  return reported?.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en-US';
}

/** The language that a text was written in, as far as a question needs to know: Chinese as soon as it has Han characters. */
export function languageOf(text: string): Locale {
  return /\p{Script=Han}/u.test(text) ? 'zh-CN' : 'en-US';
}

/** Texts, numbers, dates and lists for readers of one language. Throws for a text whose placeholders were not all given. */
export interface Translator {
  (key: MessageKey, values?: Values): string;
  readonly locale: Locale;
  number(value: number, options?: Intl.NumberFormatOptions): string;
  /** A calendar date and time in UTC; in Discord messages prefer `<t:…>`, which follows the reader's own zone. */
  date(at: number, options?: Intl.DateTimeFormatOptions): string;
  list(items: readonly string[], type?: Intl.ListFormatType): string;
}

type Catalogue = ReadonlyMap<string, string>;

/** The texts of one language as they are in data/locales, by key. */
export function readCatalogue(locale: Locale): Catalogue {
  const file = shipped('locales', `${locale}.json`);
  return new Map(Object.entries<string>(JSON.parse(readFileSync(file, 'utf8'))));
}

/** True for a name that data/locales has a text for: turns a computed key, as of a command's option, into a typed one. */
export function isMessageKey(key: string): key is MessageKey {
  return catalogueOf('en-US').has(key);
}

const catalogues = new Map<Locale, Catalogue>();
const translators = new Map<Locale, Translator>();

function catalogueOf(locale: Locale): Catalogue {
  return cached(catalogues, locale, () => readCatalogue(locale));
}

/** The translator of a language; the same one each time, with its parsed messages kept. */
export function translator(locale: Locale): Translator {
  return cached(translators, locale, () => createTranslator(locale, catalogueOf(locale)));
}

/** Reads a catalogue aloud. Messages are parsed when first needed: there are many, and a start should not wait for them. */
export function createTranslator(locale: Locale, catalogue: Catalogue): Translator {
  const messages = new Map<string, Message>();
  const numbers = new Map<string, Intl.NumberFormat>();
  const dates = new Map<string, Intl.DateTimeFormat>();
  const lists = new Map<string, Intl.ListFormat>();

  const translate = (key: MessageKey, values?: Values): string => {
    const message = cached(messages, key, () => {
      const text = catalogue.get(key);
      if (text === undefined) throw new Error(`no text ${key} in ${locale}`);
      return messageOf(text, locale);
    });
    return message(values);
  };

  return Object.assign(translate, {
    locale,
    number: (value: number, options: Intl.NumberFormatOptions = {}) =>
      cached(numbers, JSON.stringify(options), () => new Intl.NumberFormat(locale, options)).format(value),
    date: (at: number, options: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeStyle: 'short' }) =>
      cached(
        dates,
        JSON.stringify(options),
        () => new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options }),
      ).format(at),
    list: (items: readonly string[], type: Intl.ListFormatType = 'conjunction') =>
      cached(lists, type, () => new Intl.ListFormat(locale, { type })).format(items),
  });
}

type Message = (values?: Values) => string;

/** Kinds of parts in a parsed message: text, and a value that is put in as it is. */
const LITERAL = 0;
const ARGUMENT = 1;

/** Most texts have nothing to fill in, or only words: what they say is put together without the formatter. */
function messageOf(text: string, locale: Locale): Message {
  if (!/[{}']/.test(text)) return () => text;
  const parsed = parseMessage(text, locale);
  const whole: Message = (values) => String(parsed.format(values));
  const parts = parsed.getAst().map((part) => {
    if (part.type === LITERAL) return { literal: part.value };
    return part.type === ARGUMENT ? { argument: part.value } : undefined;
  });
  if (!parts.every((part) => part !== undefined)) return whole;
  return (values) => {
    let said = '';
    for (const { literal, argument } of parts) {
      const part = literal ?? values?.[argument ?? ''];
      // What is not given is an error, and the formatter says which.
      if (typeof part !== 'string' && typeof part !== 'number') return whole(values);
      said += part;
    }
    return said;
  };
}

/** Tags are ignored: Discord's own `<@…>` and `<t:…>` would otherwise be taken for markup. */
export function parseMessage(text: string, locale: Locale): IntlMessageFormat {
  return new IntlMessageFormat(text, locale, undefined, { ignoreTag: true });
}

/** What everyone in a server reads: one language, or both, the server's first language first. */
export interface PublicTexts {
  readonly locales: readonly Locale[];
  /** A short text on one line: `待解答 · Open`. */
  line(key: MessageKey, values?: Values | ((t: Translator) => Values)): string;
  /** A longer text, each language on a line of its own. */
  block(key: MessageKey, values?: Values | ((t: Translator) => Values)): string;
}

/** Texts for public posts. Languages that say the same (a number, a name) say it once. */
export function publicTexts(locales: readonly [Locale, ...Locale[]]): PublicTexts {
  const say = (between: string) => (key: MessageKey, values?: Values | ((t: Translator) => Values)) => {
    const said = locales.map((locale) => {
      const t = translator(locale);
      return t(key, typeof values === 'function' ? values(t) : values);
    });
    return [...new Set(said)].join(between);
  };
  return { locales, line: say(' · '), block: say('\n') };
}

function cached<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
