/** The context menu of a message: what one may do with it, and applications' commands on it. */
import type { APIMessage } from 'discord-api-types/v10';
import type { PickerCommand } from '../../actor.js';
import { useApp, useTexts } from '../context.js';
import { messageFlag, permission } from '../discord.js';
import { type MenuItem, openOverlay } from '../overlay.js';
import type { Spot } from '../parts/popover.js';
import { channelById, may } from '../state/reading.js';
import { localised } from '../texts/index.js';

interface MenuDeps {
  readonly message: APIMessage;
  reply(message: APIMessage): void;
  edit(message: APIMessage): void;
}

export function useMessageMenu({ message, reply, edit }: MenuDeps) {
  const { actions, store } = useApp();
  const texts = useTexts();

  return async (at: Spot) => {
    const state = store.get();
    const channel = channelById(state, message.channel_id);
    const ephemeral = ((message.flags ?? 0) & messageFlag.ephemeral) !== 0;
    const mine = state.me?.id === message.author.id;
    const ref = actions.refOf(message);
    const react = (emoji: string) => void actions.attempt('react', { ...ref, emoji, on: true });
    const commands = ephemeral ? [] : await actions.attempt('commands', { channel: ref.channel, kind: 'message' });

    const use = ({ command, application }: PickerCommand): MenuItem => ({
      label: localised(command.name, command.name_localizations, state.language),
      by: application,
      run: () => actions.messageMenu({ ...ref, name: command.name, application: command.application_id }, application),
    });
    const items: (MenuItem | false)[] = [
      may(channel, permission.addReactions) &&
        !ephemeral && {
          label: texts.addReaction,
          icon: 'smile',
          run: () => openOverlay({ kind: 'emoji', at, pick: react }),
        },
      mine && { label: texts.edit, icon: 'edit', run: () => edit(message) },
      !ephemeral && { label: texts.reply, icon: 'reply', run: () => reply(message) },
      commands !== undefined && commands.length > 0 && { label: texts.apps, items: commands.map(use) },
      message.content !== '' && {
        label: texts.copyText,
        icon: 'copy',
        run: () => void navigator.clipboard.writeText(message.content),
      },
      { label: texts.copyId, icon: 'copy', run: () => void navigator.clipboard.writeText(message.id) },
      (mine || may(channel, permission.manageMessages)) &&
        !ephemeral && {
          label: texts.deleteMessage,
          icon: 'trash',
          danger: true,
          run: () => void actions.attempt('erase', ref),
        },
    ];
    openOverlay({ kind: 'menu', at, label: texts.messageActions, items: items.filter((item) => item !== false) });
  };
}
