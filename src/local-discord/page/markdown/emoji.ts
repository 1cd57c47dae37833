/** What counts as one emoji. Built at run time: the `v` flag is newer than the language level the page is checked at. */
const oneEmoji = '\\p{RGI_Emoji}|\\p{RGI_Emoji_Flag_Sequence}|\\p{Emoji}\\uFE0F';
export const emojiPattern = new RegExp(oneEmoji, 'vy');

/** Offered when reacting or writing, most used first. */
export const commonEmoji: readonly string[] = [
  ...['👍', '❤️', '😂', '🎉', '👀', '✅', '🙏', '🔥', '👏', '🤔', '😀', '😅', '😊', '😍', '😎', '🙂'],
  ...['😉', '😢', '😭', '😮', '😱', '😡', '🥳', '🤯', '🫡', '🤝', '💪', '👌', '👎', '👋', '🙌', '🚀'],
  ...['🐛', '🐦', '🪶', '🥚', '🐣', '🐥', '🐧', '🦉', '🖥️', '💾', '💿', '🔌', '🔧', '🛠️', '📦', '📌'],
  ...['📎', '📝', '📚', '📈', '⏰', '⏳', '⚠️', '❌', '❓', '❗', '💡', '💯', '⭐', '🌟', '☕', '🍵'],
];
