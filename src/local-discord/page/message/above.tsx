/** What stands above a message: the one it replies to, or the command it answers. */
import type { APIMessage, APIUser } from 'discord-api-types/v10';
import { useActions, usePart, useTexts } from '../context.js';
import { Line } from '../markdown/view.js';
import { openOverlay } from '../overlay.js';
import { Avatar } from '../parts/avatar.js';
import { Icon } from '../parts/icon.js';
import { below } from '../parts/popover.js';
import { useLook } from './author.js';
import { goTo } from './jump.js';

/** A reply, and an answer to a command, say what they answer; a component's update or a modal's message says nothing. */
export function Above({ message }: { message: APIMessage }) {
  const texts = useTexts();
  const actions = useActions();
  const guild = usePart((state) => state.place.guild);
  if (message.type === 19) {
    const replied = message.referenced_message;
    if (!replied) {
      return (
        <div class="above">
          <Icon name="reply" size={14} /> <em>{texts.replyGone}</em>
        </div>
      );
    }
    return (
      <div class="above">
        <Who user={replied.author} />
        <button
          type="button"
          class="above-text"
          onClick={() => void goTo(actions, { guild, channel: replied.channel_id }, replied.id)}
        >
          {replied.content ? <Line text={replied.content.slice(0, 200)} /> : <em>{texts.attachment}</em>}
        </button>
      </div>
    );
  }
  const command = message.interaction_metadata;
  if (!command || (message.type !== 20 && message.type !== 23)) return null;
  const name = message.interaction?.name ?? '';
  return (
    <div class="above">
      <Who user={command.user} />
      <span class="above-text">
        {texts.used} <span class="mention">{message.type === 20 && name ? `/${name}` : name}</span>
      </span>
    </div>
  );
}

function Who({ user }: { user: APIUser }) {
  const look = useLook(user);
  return (
    <button
      type="button"
      class="author small"
      style={look.color && { color: look.color }}
      onClick={(event) => openOverlay({ kind: 'profile', at: below(event.currentTarget), user })}
    >
      <Avatar user={user} size={16} />
      <bdi>{look.name}</bdi>
    </button>
  );
}
