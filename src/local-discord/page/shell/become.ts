/** Being somebody, kept over a reload: this tab's person stands in its address. */
import type { App } from '../context.js';
import { enter } from '../state/changes.js';
import { home, type Place } from '../state/model.js';
import { unreadOf } from '../state/read-marks.js';
import { languageOf } from '../texts/index.js';

/** `#/<guild>/<channel>` and `?as=<person>`. */
export function placeInAddress(): Place {
  const [, guild = '', channel] = location.hash.split('/');
  return { guild: guild || home, channel };
}

export const personInAddress = () => new URLSearchParams(location.search).get('as') ?? undefined;

export function rememberAddress(person: string, { guild, channel }: Place) {
  const search = `?${new URLSearchParams({ as: person })}`;
  const hash = `#/${guild}${channel ? `/${channel}` : ''}`;
  if (search === location.search && hash === location.hash) return;
  const moved = hash !== location.hash && location.hash !== '';
  if (moved) history.pushState(null, '', search + hash);
  else history.replaceState(null, '', search + hash);
}

/** Becomes a person, here or after the line was lost; stays in the channel where they can see it. */
export async function become({ store, actions }: App, person: string | undefined): Promise<void> {
  const before = store.get();
  // Who comes for the first time named nobody: the page speaks the browser's language, not that of whom they happen to be.
  const guest = person === undefined;
  const snapshot = await actions.attempt('be', { person });
  if (!snapshot) return;
  store.set((state) => {
    const entered = enter(state, snapshot);
    const changed = before.me?.id !== snapshot.me.id;
    const unread = { ...unreadOf(snapshot), ...entered.unread };
    return { ...entered, unread, language: changed && !guest ? languageOf(snapshot.me.locale) : entered.language };
  });
  if (guest && languageOf(snapshot.me.locale) !== before.language) actions.speak(before.language);
  const now = store.get();
  const { place } = now;
  const stays =
    place.guild === home ? before.me !== undefined : now.guilds.some(({ guild }) => guild.id === place.guild);
  const first = now.guilds[0]?.guild.id ?? home;
  const guild = stays ? place.guild : first;
  await actions.go({ guild, channel: stays ? place.channel : undefined });
}
