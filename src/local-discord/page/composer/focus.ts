/** The one place where a reader writes, as the rest of the page reaches it. */
import { createStore } from '../state/store.js';

export const composerId = 'composer';

export function focusComposer() {
  document.getElementById(composerId)?.focus();
}

/** Text that something else on the page puts into the composer, which takes it from here. */
export const handedIn = createStore<string | undefined>(undefined);

export const writeInComposer = (text: string) => handedIn.set(() => text);
