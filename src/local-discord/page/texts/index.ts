/** The page's own words. What people and applications say is theirs, in the language they chose. */
import { enUS } from './en-US.js';
import { zhCN } from './zh-CN.js';

export type Language = 'en-US' | 'zh-CN';
export type Texts = typeof enUS;

const catalogues: Readonly<Record<Language, Texts>> = { 'en-US': enUS, 'zh-CN': zhCN };

export const languages: readonly { readonly id: Language; readonly name: string }[] = [
  { id: 'en-US', name: 'English' },
  { id: 'zh-CN', name: '中文' },
];

export const textsIn = (language: Language) => catalogues[language];

/** The page's language for a person's locale: all of Chinese reads zh-CN. */
export const languageOf = (locale: string): Language => (locale.startsWith('zh') ? 'zh-CN' : 'en-US');

/** A text in the language, where an application gave one; else as it was written. */
export const localised = (
  text: string,
  texts: Partial<Record<string, string | null>> | null | undefined,
  language: string,
) => texts?.[language] ?? text;
