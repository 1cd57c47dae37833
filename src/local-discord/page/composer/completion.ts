/** What is being typed at the caret: a command, a person, a channel; and mentions as Discord writes them. */

export interface Word {
  readonly kind: 'command' | 'person' | 'channel';
  readonly typed: string;
  /** Where the word begins in the text, with its sign. */
  readonly from: number;
}

export function wordAt(text: string, caret: number): Word | undefined {
  const before = text.slice(0, caret);
  if (/^\/[^\n]*$/.test(before) && caret === text.length) return { kind: 'command', typed: before.slice(1), from: 0 };
  const match = /(?:^|\s)([@#])([^\s@#]{0,32})$/.exec(before);
  if (!match) return undefined;
  const [, sign, typed = ''] = match;
  return { kind: sign === '@' ? 'person' : 'channel', typed, from: caret - typed.length - 1 };
}

/** A name as it was completed in the text, and what Discord calls it. */
export interface Mention {
  readonly shown: string;
  readonly means: string;
}

/** The text with completed names in Discord's writing; longer names first, so that `@ana` leaves `@anabel` alone. */
export function withMentions(text: string, mentions: readonly Mention[]): string {
  const longest = [...mentions].sort((a, b) => b.shown.length - a.shown.length);
  return longest.reduce((now, { shown, means }) => now.replaceAll(shown, means), text);
}
