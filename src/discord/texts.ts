/** Texts found by a key that is put together from a declaration's name. A missing one is a mistake of ours, caught by a test. */
import { isMessageKey, type MessageKey, type Translator, translator } from '../platform/i18n.js';

export function textKey(key: string): MessageKey {
  if (!isMessageKey(key)) throw new Error(`no text ${key} in data/locales`);
  return key;
}

/** The text, or undefined where data/locales has none by this key. */
export function optionalText(t: Translator, key: string): string | undefined {
  return isMessageKey(key) ? t(key) : undefined;
}

/** What Discord knows a menu entry by: its English text, as people see it. */
export function menuName(command: string): string {
  return translator('en-US')(textKey(`command.${command}.name`));
}
