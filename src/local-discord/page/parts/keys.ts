/** An input method composes a word: its Enter, Tab and arrows are not ours. Safari says so by the key code alone. */
export const isComposing = (event: KeyboardEvent) => event.isComposing || event.keyCode === 229;
