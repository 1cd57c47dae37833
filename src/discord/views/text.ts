/** Other people's words inside our messages: shown as they were written, doing nothing. */

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** The beginning of a text, to a length in UTF-16 units, of whole characters as people see them. */
export function beginning(text: string, most: number): string {
  if (text.length <= most) return text;
  let kept = '';
  for (const { segment } of graphemes.segment(text)) {
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
