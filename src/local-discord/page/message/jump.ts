/** Brings a message into view. */
import type { Actions } from '../actions.js';
import type { Place } from '../state/model.js';

/** Scrolls to a message that is on the page, and marks it for a moment. False when it is not there. */
export function jumpTo(id: string): boolean {
  const element = document.getElementById(`message-${id}`);
  if (!element) return false;
  element.scrollIntoView({ block: 'center' });
  element.focus({ preventScroll: true });
  element.classList.add('jumped');
  setTimeout(() => element.classList.remove('jumped'), 1500);
  return true;
}

/** A message that far back is not looked for: this many pages of history. */
const patience = 10;

/** Goes to a channel and, where one is meant, to a message of it, reading back until it is there. */
export async function goTo(actions: Actions, place: Place, message: string | undefined): Promise<void> {
  await actions.go(place);
  if (message === undefined || place.channel === undefined) return;
  for (let pages = 0; pages < patience; pages++) {
    const more = await actions.readUntil(place.channel, message);
    await new Promise(requestAnimationFrame);
    if (jumpTo(message) || !more) return;
  }
}
