/** The context menu of a person: profile, direct message, and applications' commands on them. */
import type { APIUser } from 'discord-api-types/v10';
import { useApp, useTexts } from '../context.js';
import { type MenuItem, openOverlay } from '../overlay.js';
import type { Spot } from '../parts/popover.js';
import { localised } from '../texts/index.js';

export function useUserMenu(user: APIUser) {
  const { store } = useApp();
  const texts = useTexts();
  const itemsOf = useUserCommands(user);
  const { actions } = useApp();
  return async (at: Spot) => {
    const items = await itemsOf();
    const me = store.get().me?.id === user.id;
    const all: (MenuItem | false)[] = [
      { label: texts.profile, icon: 'members', run: () => openOverlay({ kind: 'profile', at, user }) },
      !me && { label: texts.sendMessage, icon: 'at', run: () => void actions.message(user.id) },
      items.length > 0 && { label: texts.apps, items },
      { label: texts.copyId, icon: 'copy', run: () => void navigator.clipboard.writeText(user.id) },
    ];
    openOverlay({ kind: 'menu', at, label: texts.userActions, items: all.filter((item) => item !== false) });
  };
}

/** Applications' commands on a person, ready to run in the channel that the reader is in. */
export function useUserCommands(user: APIUser) {
  const { store, actions } = useApp();
  return async (): Promise<MenuItem[]> => {
    const { place, language } = store.get();
    const { channel } = place;
    if (channel === undefined) return [];
    const commands = (await actions.attempt('commands', { channel, kind: 'user' })) ?? [];
    return commands.map(({ command, application }) => ({
      label: localised(command.name, command.name_localizations, language),
      by: application,
      run: () =>
        actions.userMenu(
          { channel, name: command.name, user: user.id, application: command.application_id },
          application,
        ),
    }));
  };
}
