/** A channel's messages: grouped, split by days, read back page by page, and kept at the end while the reader is there. */
import type { APIMessage } from 'discord-api-types/v10';
import { Fragment } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ChannelView } from '../../page-api/protocol.js';
import { focusComposer } from '../composer/focus.js';
import { useActions, useLanguage, usePart, useTexts } from '../context.js';
import { byId, isThread, permission } from '../discord.js';
import { isSameDay, showTime } from '../markdown/time.js';
import { Message } from '../message/message.js';
import { Icon } from '../parts/icon.js';
import { channelName, may } from '../state/reading.js';
import { Beginning } from './beginning.js';
import { PendingCommands } from './pending.js';

interface MessagesProps {
  readonly channel: ChannelView;
  readonly editing: string | undefined;
  reply(message: APIMessage): void;
  edit(message: APIMessage | undefined): void;
}

/** Messages of one author closer than this stand under one name, in milliseconds. */
const together = 7 * 60_000;
/** Older messages are asked for when the reader is nearer to the top than this, in pixels. */
const nearTop = 600;

const follows = (message: APIMessage, before: APIMessage | undefined) =>
  before !== undefined &&
  message.type === 0 &&
  (before.type === 0 || before.type === 19 || before.type === 20) &&
  before.author.id === message.author.id &&
  before.author.username === message.author.username &&
  ((before.flags ?? 0) & 64) === ((message.flags ?? 0) & 64) &&
  Date.parse(message.timestamp) - Date.parse(before.timestamp) < together;

export function Messages({ channel, editing, reply, edit }: MessagesProps) {
  const texts = useTexts();
  const language = useLanguage();
  const { loadHistory } = useActions();
  const history = usePart((state) => state.histories[channel.id]);
  const link = usePart((state) => state.link);
  const pendings = usePart((state) => state.pending);
  const me = usePart((state) => state.me?.id);
  // A long question is read from its beginning, before what was said to it.
  const fromStart = usePart((state) => isThread(channel.type) && state.place.unseen === true);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLOListElement>(null);
  const place = useRef({ atEnd: true, first: '', last: '', pendings: 0, height: 0, begun: false });
  const [away, setAway] = useState(false);

  useEffect(() => {
    if (!history && link === 'open') void loadHistory(channel.id);
  }, [channel.id, history === undefined, link]);

  const toEnd = () => {
    if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  };
  const messages = history?.messages ?? [];
  const mayReact = may(channel, permission.addReactions);
  const oldest = messages[0]?.id ?? '';
  const newest = messages.at(-1);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const { first, last, atEnd, height, begun } = place.current;
    const loaded = history !== undefined && !history.loading;
    const isNew = last !== '' && newest !== undefined && byId(newest, { id: last }) > 0;
    const spoke = isNew && me !== undefined && (newest.author.id === me || newest.interaction_metadata?.user.id === me);
    if (spoke || pendings.length > place.current.pendings) {
      // What one wrote or ran is seen, however far up one was reading.
      place.current.atEnd = true;
      toEnd();
    } else if (fromStart && loaded && !begun && !history.more) {
      box.scrollTop = 0;
      look();
    } else if (first && oldest !== first && !atEnd) {
      // Older messages came in above: what the reader looks at stays where it is.
      box.scrollTop += box.scrollHeight - height;
    } else if (atEnd) toEnd();
    const now = { first: oldest, last: newest?.id ?? last, pendings: pendings.length, height: box.scrollHeight };
    place.current = { ...place.current, ...now, begun: begun || loaded };
  }, [messages, pendings]);

  useEffect(() => {
    const list = content.current;
    const box = scroller.current;
    if (!list || !box) return;
    // Pictures arrive below, the composer grows from below: who is at the end stays there.
    const watch = new ResizeObserver(() => {
      if (place.current.atEnd) toEnd();
      place.current.height = box.scrollHeight;
    });
    watch.observe(list);
    watch.observe(box);
    return () => watch.disconnect();
  }, []);

  const look = () => {
    const box = scroller.current;
    if (!box) return;
    const fromEnd = box.scrollHeight - box.scrollTop - box.clientHeight;
    place.current.atEnd = fromEnd < 40;
    setAway(fromEnd > box.clientHeight);
  };
  const onScroll = () => {
    const box = scroller.current;
    if (!box) return;
    look();
    if (box.scrollTop < nearTop && history?.more && !history.loading) void loadHistory(channel.id, oldest);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    const all = [...(content.current?.querySelectorAll('article') ?? [])];
    const focused = document.activeElement;
    const at = focused instanceof HTMLElement ? all.indexOf(focused) : -1;
    if (at < 0 && focused !== scroller.current) return;
    event.preventDefault();
    const next = at < 0 ? all.at(-1) : all[at + (event.key === 'ArrowUp' ? -1 : 1)];
    if (next) next.focus();
    else if (event.key === 'ArrowDown') focusComposer();
  };

  return (
    <div class="messages-frame">
      <div
        class="messages"
        ref={scroller}
        role="log"
        aria-label={texts.messagesIn(channelName(channel))}
        aria-busy={history?.loading}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
      >
        <ol ref={content}>
          {history?.loading && (
            <li class="loading" role="status">
              {texts.loading}
            </li>
          )}
          {history && !history.more && !history.loading && <Beginning channel={channel} />}
          {messages.map((message, index) => {
            const before = messages[index - 1];
            const at = Date.parse(message.timestamp);
            const newDay = !before || !isSameDay(at, Date.parse(before.timestamp));
            return (
              <Fragment key={message.id}>
                {newDay && (
                  <li class="day">
                    <span>{showTime(at, 'D', language, at)}</span>
                  </li>
                )}
                <li>
                  <Message
                    message={message}
                    grouped={!newDay && follows(message, before)}
                    editing={editing === message.id}
                    mayReact={mayReact}
                    reply={reply}
                    edit={edit}
                  />
                </li>
              </Fragment>
            );
          })}
          <PendingCommands channel={channel.id} />
        </ol>
      </div>
      {away && (
        <button type="button" class="to-end" onClick={toEnd}>
          {texts.toPresent} <Icon name="down" size={16} />
        </button>
      )}
    </div>
  );
}
