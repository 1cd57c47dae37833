/** Emoji as Discord knows them. */

/** Whether `text` is one emoji of Unicode, with whatever joins and colours it. */
export function isEmoji(text: string): boolean {
  return (
    /^(?:\p{Emoji}|\p{Emoji_Component}|\u200d|\ufe0f)+$/u.test(text) &&
    // Digits count as emoji in Unicode, as parts of keycaps.
    !/^[0-9#*]+$/.test(text)
  );
}

/** An emoji in a body: one of a guild by its id, or one of Unicode by its name. */
export function isKnownEmoji(emoji: unknown): boolean {
  if (typeof emoji !== 'object' || emoji === null) return true;
  if ('id' in emoji && emoji.id) return true;
  const name = 'name' in emoji ? emoji.name : undefined;
  return typeof name !== 'string' || name === '' || isEmoji(name);
}
