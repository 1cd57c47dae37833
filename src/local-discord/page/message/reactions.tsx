import type { APIMessage } from 'discord-api-types/v10';
import { useActions, useTexts } from '../context.js';
import { openOverlay } from '../overlay.js';
import { EmojiView } from '../parts/choice.js';
import { Icon } from '../parts/icon.js';
import { below } from '../parts/popover.js';

/** An emoji as Discord's routes name it. */
const nameOf = ({ id, name }: { readonly id: string | null; readonly name: string | null }) =>
  id ? `${name}:${id}` : (name ?? '');

export function Reactions({ message, mayAdd }: { message: APIMessage; mayAdd: boolean }) {
  const texts = useTexts();
  const { attempt, refOf } = useActions();
  if (!message.reactions?.length) return null;
  const react = (emoji: string, on: boolean) => void attempt('react', { ...refOf(message), emoji, on });
  return (
    <div class="reactions">
      {message.reactions.map(({ emoji, count, me }) => (
        <button
          type="button"
          class="reaction"
          key={nameOf(emoji)}
          aria-pressed={me}
          aria-label={texts.reaction(emoji.name ?? '', count)}
          onClick={() => react(nameOf(emoji), !me)}
        >
          <EmojiView emoji={emoji} />
          {count}
        </button>
      ))}
      {mayAdd && (
        <button
          type="button"
          class="reaction add"
          aria-label={texts.addReaction}
          onClick={(event) =>
            openOverlay({ kind: 'emoji', at: below(event.currentTarget), pick: (emoji) => react(emoji, true) })
          }
        >
          <Icon name="smile" size={16} />
        </button>
      )}
    </div>
  );
}
