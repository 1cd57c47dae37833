/** Other people's words inside our messages: shown as they were written, doing nothing. */

import type { Translator } from '../../platform/i18n.js';

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** UTF-16 units of what people see as one character, at most: families and flags, not stacks of accents. */
const LONGEST_CHARACTER = 64;

/** The beginning of a text, to a length in UTF-16 units, of whole characters as people see them. */
export function beginning(text: string, most: number): string {
  if (text.length <= most) return text;
  let kept = '';
  // Only as much as can matter: taking a long text apart is slow, even for its first few characters.
  for (const { segment } of graphemes.segment(text.slice(0, most + LONGEST_CHARACTER))) {
    if (kept.length + segment.length > most) break;
    kept += segment;
  }
  return kept.trimEnd();
}

/** The same, with a mark where it was cut. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${beginning(text, most - 1)}…`;
}

/** Words on one line, with every mark of Discord's made plain: nobody is mentioned, nothing links, nothing is bold. */
export function plain(text: string): string {
  return text
    .replace(/[\\*_~`|<>#[\]()]/g, '\\$&')
    .replace(/@/g, '@\u200b')
    .replace(/:\/\//g, ':\u200b//')
    .replace(/\s+/gu, ' ');
}

/** The same, for the words of a link: not every client reads a link whose words have brackets in them, escaped or not. */
export function label(text: string): string {
  return plain(text.replaceAll('[', '［').replaceAll(']', '］'));
}

/** A longer text in which formatting and code may stay; links that hide where they lead may not. */
export function body(text: string): string {
  return text.replace(/\]\(/g, ']\\(').replace(/@(everyone|here)/g, '@\u200b$1');
}

export function user(id: string): string {
  return `<@${id}>`;
}

/** A moment as each reader's own Discord tells it: “3 days ago”. */
export function ago(at: number): string {
  return `<t:${Math.floor(at / 1000)}:R>`;
}

/** The address of a thread or of a message in it. */
export function address(guild: string, thread: string, message?: string): string {
  const place = `https://discord.com/channels/${guild}/${thread}`;
  return message === undefined ? place : `${place}/${message}`;
}

const UNITS = [
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** A length of time in its two largest units: “2 hr 5 min”. Milliseconds in. */
export function duration(t: Translator, ms: number): string {
  let left = Math.max(0, Math.round(ms / 1000) * 1000);
  const said: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0 || (unit === 'second' && said.length === 0))
      said.push(t.number(count, { style: 'unit', unit, unitDisplay: 'short' }));
  }
  return said.slice(0, 2).join(' ');
}

/** How far something is, from 0 to 1. */
export function bar(share: number, width = 12): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `${'▰'.repeat(full)}${'▱'.repeat(width - full)}`;
}

/** Lines as they are, in a block that nothing in them can end. */
export function codeBlock(lines: string): string {
  const fence = '```';
  return `${fence}\n${lines.replaceAll(fence, "'''") || ' '}\n${fence}`;
}

/** So much of a name or a ref stands in a post. */
const WORD_LIMIT = 48;

/** A word for between backticks, which nothing in it can end; a long one is cut. */
export function inCode(word: string, most = WORD_LIMIT): string {
  return cut(word, most).replaceAll('`', "'").replace(/\s+/gu, ' ');
}
