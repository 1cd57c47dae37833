/** What each person began to write in each channel and did not send. Kept by the tab, so that a reload costs nobody their words. */
const keyOf = (person: string, channel: string) => `draft/${person}/${channel}`;

export function draftOf(person: string, channel: string): string {
  try {
    return sessionStorage.getItem(keyOf(person, channel)) ?? '';
  } catch {
    return '';
  }
}

/** An empty text is no draft. */
export function keepDraft(person: string, channel: string, text: string): void {
  try {
    if (text) sessionStorage.setItem(keyOf(person, channel), text);
    else sessionStorage.removeItem(keyOf(person, channel));
  } catch {
    // A full or forbidden storage costs the writer nothing but the draft.
  }
}
