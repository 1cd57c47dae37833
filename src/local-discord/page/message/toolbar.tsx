import type { APIMessage } from 'discord-api-types/v10';
import { useActions, usePart, useTexts } from '../context.js';
import { openOverlay } from '../overlay.js';
import { Icon, type IconName } from '../parts/icon.js';
import { below, type Spot } from '../parts/popover.js';

interface ToolbarProps {
  readonly message: APIMessage;
  readonly ephemeral: boolean;
  readonly mayReact: boolean;
  reply(message: APIMessage): void;
  edit(message: APIMessage): void;
  openMenu(at: Spot): void;
}

/** What floats over a message under the pointer. */
export function Toolbar({ message, ephemeral, mayReact, reply, edit, openMenu }: ToolbarProps) {
  const texts = useTexts();
  const { attempt, refOf } = useActions();
  const mine = usePart((state) => state.me?.id === message.author.id);
  const react = (emoji: string) => void attempt('react', { ...refOf(message), emoji, on: true });
  return (
    <fieldset class="toolbar" aria-label={texts.messageActions}>
      {mayReact && !ephemeral && (
        <Tool
          icon="smile"
          label={texts.addReaction}
          run={(button) => openOverlay({ kind: 'emoji', at: below(button), pick: react })}
        />
      )}
      {mine && <Tool icon="edit" label={texts.edit} run={() => edit(message)} />}
      {!ephemeral && <Tool icon="reply" label={texts.reply} run={() => reply(message)} />}
      <Tool icon="more" label={texts.more} run={(button) => openMenu(below(button))} />
    </fieldset>
  );
}

function Tool({ icon, label, run }: { icon: IconName; label: string; run(button: Element): void }) {
  return (
    <button type="button" aria-label={label} title={label} tabIndex={-1} onClick={(event) => run(event.currentTarget)}>
      <Icon name={icon} />
    </button>
  );
}
