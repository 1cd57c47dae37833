import type { APIButtonComponent, APIMessage } from 'discord-api-types/v10';
import { useActions, usePart } from '../context.js';
import { Anchor } from '../parts/anchor.js';
import { EmojiView } from '../parts/choice.js';
import { Icon } from '../parts/icon.js';

const looks: Readonly<Record<number, string>> = {
  1: 'primary',
  2: 'secondary',
  3: 'success',
  4: 'danger',
  5: 'secondary',
};

export function ButtonView({ button, message }: { button: APIButtonComponent; message: APIMessage }) {
  const { press } = useActions();
  const pressed = usePart((state) => state.pressed[message.id]);
  const label = 'label' in button ? button.label : undefined;
  const emoji = 'emoji' in button ? button.emoji : undefined;
  const inside = (
    <>
      {emoji && <EmojiView emoji={emoji} />}
      {label && <bdi>{label}</bdi>}
    </>
  );
  if ('url' in button) {
    return (
      <Anchor class="button secondary" href={button.url} disabled={button.disabled}>
        {inside}
        <Icon name="link" size={16} />
      </Anchor>
    );
  }
  if (!('custom_id' in button)) return null;
  const waiting = pressed?.custom === button.custom_id && pressed.state === 'waiting';
  return (
    <button
      type="button"
      class={`button ${looks[button.style] ?? 'secondary'} ${waiting ? 'waiting' : ''}`}
      disabled={button.disabled}
      // A disabled button would lose the focus; a form that opens gives it back here.
      aria-disabled={waiting}
      aria-busy={waiting}
      onClick={() => !waiting && press(message, button.custom_id)}
    >
      {inside}
      {waiting && <span class="dots" aria-hidden="true" />}
    </button>
  );
}
