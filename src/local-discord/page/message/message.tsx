import type { APIMessage } from 'discord-api-types/v10';
import { useState } from 'preact/hooks';
import { useActions, useLanguage, usePart, useTexts } from '../context.js';
import { messageFlag } from '../discord.js';
import { showMoment, showTime } from '../markdown/time.js';
import { Markdown } from '../markdown/view.js';
import { openOverlay } from '../overlay.js';
import { Avatar } from '../parts/avatar.js';
import { Icon } from '../parts/icon.js';
import { memo } from '../parts/memo.js';
import { below } from '../parts/popover.js';
import { guildHere } from '../state/reading.js';
import { Above } from './above.js';
import { Attachments } from './attachments.js';
import { Author, useLook } from './author.js';
import { Components } from './components.js';
import { Editor } from './editor.js';
import { Embed } from './embed.js';
import { useMessageMenu } from './message-menu.js';
import { Poll } from './poll.js';
import { Reactions } from './reactions.js';
import { isSystem, SystemLine } from './system.js';
import { Toolbar } from './toolbar.js';

interface MessageProps {
  readonly message: APIMessage;
  /** Follows one of the same author: drawn without name and picture. */
  readonly grouped: boolean;
  readonly editing: boolean;
  readonly mayReact: boolean;
  reply(message: APIMessage): void;
  edit(message: APIMessage | undefined): void;
}

export const Message = memo(function Message({ message, grouped, editing, mayReact, reply, edit }: MessageProps) {
  const texts = useTexts();
  const language = useLanguage();
  const actions = useActions();
  const me = usePart((state) => state.me?.id);
  const pressed = usePart((state) => state.pressed[message.id]);
  const openMenu = useMessageMenu({ message, reply, edit });
  const [toolbar, setToolbar] = useState(false);

  const flags = message.flags ?? 0;
  const ephemeral = (flags & messageFlag.ephemeral) !== 0;
  const loading = (flags & messageFlag.loading) !== 0;
  const at = Date.parse(message.timestamp);
  const mentioned = me !== undefined && (message.mention_everyone || message.mentions.some(({ id }) => id === me));
  const alone = grouped && !isSystem(message);

  return (
    <article
      class={`message ${alone ? 'grouped' : ''} ${mentioned ? 'mentioned' : ''} ${ephemeral ? 'ephemeral' : ''}`}
      id={`message-${message.id}`}
      aria-label={texts.messageBy(message.author.global_name ?? message.author.username)}
      tabIndex={-1}
      onContextMenu={(event) => {
        // Text and links keep the browser's own menu when something is selected.
        if (getSelection()?.toString()) return;
        event.preventDefault();
        openMenu({ x: event.clientX, y: event.clientY });
      }}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget || !['Enter', 'ContextMenu'].includes(event.key)) return;
        event.preventDefault();
        openMenu(below(event.currentTarget));
      }}
      onMouseEnter={() => setToolbar(true)}
      onMouseLeave={() => setToolbar(false)}
      onFocusCapture={() => setToolbar(true)}
      onBlurCapture={(event) => {
        const { currentTarget, relatedTarget } = event;
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setToolbar(false);
      }}
    >
      <Above message={message} />
      {isSystem(message) ? (
        <SystemLine message={message} />
      ) : (
        <div class="message-row">
          {alone ? (
            <time class="message-time aside" dateTime={message.timestamp}>
              {showTime(at, 't', language, at)}
            </time>
          ) : (
            <AuthorPicture message={message} />
          )}
          <div class="message-body">
            {!alone && (
              <div class="message-head">
                <Author message={message} />
                <time class="message-time" dateTime={message.timestamp} title={showTime(at, 'F', language, at)}>
                  {showMoment(at, language, Date.now())}
                </time>
                {message.pinned && (
                  <span class="muted" role="img" aria-label={texts.pinned} title={texts.pinned}>
                    <Icon name="pin" size={14} />
                  </span>
                )}
              </div>
            )}
            {loading ? (
              <p class="thinking">
                <span class="dots" aria-hidden="true" /> {texts.thinking}
              </p>
            ) : editing ? (
              <Editor message={message} close={() => edit(undefined)} />
            ) : (
              message.content && (
                <Markdown text={message.content} edited={message.edited_timestamp ? texts.edited : undefined} />
              )
            )}
            {(flags & messageFlag.suppressEmbeds) === 0 &&
              message.embeds.map((embed, index) => <Embed key={index} embed={embed} />)}
            {(flags & messageFlag.componentsV2) === 0 && <Attachments attachments={message.attachments} />}
            {message.poll && <Poll poll={message.poll} message={message} />}
            <Components message={message} />
            {pressed && pressed.state !== 'waiting' && (
              <p class="failed" role="alert">
                <Icon name="alert" size={16} /> {texts.interactionFailed[pressed.state]}
              </p>
            )}
            <Reactions message={message} mayAdd={mayReact} />
            {message.thread && <ThreadBelow thread={message.thread} />}
            {ephemeral && (
              <p class="only-you">
                <Icon name="eye" size={16} /> {texts.onlyYou} •{' '}
                <button
                  type="button"
                  class="link-button"
                  onClick={() => void actions.attempt('hide', actions.refOf(message))}
                >
                  {texts.dismiss}
                </button>
              </p>
            )}
          </div>
        </div>
      )}
      {toolbar && !editing && !loading && (
        <Toolbar
          message={message}
          ephemeral={ephemeral}
          mayReact={mayReact}
          reply={reply}
          edit={edit}
          openMenu={openMenu}
        />
      )}
    </article>
  );
});

function AuthorPicture({ message }: { message: APIMessage }) {
  const look = useLook(message.author);
  return (
    <button
      type="button"
      class="author-picture"
      tabIndex={-1}
      aria-label={look.name}
      onClick={(event) => openOverlay({ kind: 'profile', at: below(event.currentTarget), user: message.author })}
    >
      <Avatar user={message.author} />
    </button>
  );
}

function ThreadBelow({ thread }: { thread: NonNullable<APIMessage['thread']> }) {
  const { go } = useActions();
  const guild = usePart(guildHere);
  const texts = useTexts();
  const count = 'message_count' in thread ? (thread.message_count ?? 0) : 0;
  return (
    <button
      type="button"
      class="thread-below"
      onClick={() => guild && go({ guild: guild.guild.id, channel: thread.id })}
    >
      <bdi>{thread.name}</bdi> <span class="link">{texts.messageCount(count)} ›</span>
    </button>
  );
}
