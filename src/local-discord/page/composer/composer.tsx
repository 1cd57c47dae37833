/** Where one writes: plain text with completed names, files, and `/` for commands. */
import type { APIMessage } from 'discord-api-types/v10';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ChannelView } from '../../page-api/protocol.js';
import { useActions, usePart, useTexts } from '../context.js';
import { isThread, permission } from '../discord.js';
import { openOverlay } from '../overlay.js';
import { Icon } from '../parts/icon.js';
import { below } from '../parts/popover.js';
import { channelName, may, maySpeak, nameOf } from '../state/reading.js';
import { useSelected } from '../state/store.js';
import { Attached, maxFiles } from './attached.js';
import { CommandLine } from './command-line.js';
import type { Begun } from './commands.js';
import { type Mention, withMentions } from './completion.js';
import { draftOf, keepDraft } from './drafts.js';
import { focusComposer, handedIn } from './focus.js';
import { TextField } from './text-field.js';

interface ComposerProps {
  readonly channel: ChannelView;
  readonly replyTo: APIMessage | undefined;
  noReply(): void;
  editLast(): void;
}

/** Discord's limit, in characters. */
const longest = 2000;

export function Composer({ channel, replyTo, noReply, editLast }: ComposerProps) {
  const texts = useTexts();
  const actions = useActions();
  const me = usePart((state) => state.me?.id ?? '');
  const [text, setText] = useState(() => draftOf(me, channel.id));
  const [mentions, setMentions] = useState<readonly Mention[]>([]);
  const [files, setFiles] = useState<readonly File[]>([]);
  const [begun, setBegun] = useState<Begun>();
  const [sending, setSending] = useState(false);
  const direct = usePart((state) => state.direct.some(({ id }) => id === channel.id));
  const chooser = useRef<HTMLInputElement>(null);
  const refocus = useRef(false);

  const write = (next: string) => {
    keepDraft(me, channel.id, next);
    setText(next);
  };
  const attach = (more: Iterable<File>) => setFiles([...files, ...more].slice(0, maxFiles));

  const given = useSelected(handedIn, (text) => text);
  useLayoutEffect(() => {
    if (given === undefined) return;
    handedIn.set(() => undefined);
    setBegun(undefined);
    write(given);
    focusComposer();
  }, [given]);

  useLayoutEffect(() => {
    if (!begun && refocus.current) focusComposer();
    refocus.current = false;
  }, [begun]);

  const left = longest - [...text].length;
  const send = async () => {
    const content = withMentions(text, mentions).trim();
    if (sending || (!content && files.length === 0)) return;
    if (left < 0) return actions.notice(texts.tooLong(longest));
    setSending(true);
    const done = await actions.say(channel.id, { content, files, replyTo: replyTo?.id });
    setSending(false);
    if (!done) return;
    write('');
    setMentions([]);
    setFiles([]);
    noReply();
  };

  if (!maySpeak(channel)) {
    return <div class="composer closed">{texts.mayNotSpeak}</div>;
  }
  const locked = isThread(channel.type) && 'thread_metadata' in channel && channel.thread_metadata?.locked;
  if (locked && !may(channel, permission.manageMessages)) return <div class="composer closed">{texts.locked}</div>;
  const mayAttach = direct || may(channel, permission.attachFiles);
  const name = channelName(channel);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping files is a shortcut; the button beside the text does the same
    <div
      class="composer"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        if (mayAttach) attach(event.dataTransfer?.files ?? []);
      }}
    >
      {replyTo && (
        <div class="replying">
          <span>
            {texts.replyingTo} <bdi class="author small">{nameOf(replyTo.author)}</bdi>
          </span>
          <button type="button" class="icon-button" aria-label={texts.noReply} onClick={noReply}>
            <Icon name="close" size={16} />
          </button>
        </div>
      )}
      <Attached files={files} noButton change={setFiles} />
      {begun ? (
        <CommandLine
          key={begun.entry.path}
          channel={channel}
          entry={begun.entry}
          written={begun.rest}
          leave={(back) => {
            refocus.current = true;
            setBegun(undefined);
            write(back);
          }}
        />
      ) : (
        <div class="composer-line">
          {mayAttach && (
            <>
              <button
                type="button"
                class="icon-button"
                aria-label={texts.attach}
                title={texts.attach}
                onClick={() => chooser.current?.click()}
              >
                <Icon name="plus" />
              </button>
              <input
                ref={chooser}
                type="file"
                hidden
                multiple
                aria-label={texts.attach}
                onChange={(event) => {
                  attach(event.currentTarget.files ?? []);
                  event.currentTarget.value = '';
                  focusComposer();
                }}
              />
            </>
          )}
          <TextField
            channel={channel}
            text={text}
            placeholder={
              direct
                ? texts.messageTo(name)
                : isThread(channel.type)
                  ? texts.messageInThread(name)
                  : texts.messageIn(name)
            }
            write={write}
            mention={(mention) => setMentions([...mentions, mention])}
            paste={(pasted) => mayAttach && attach(pasted)}
            choose={(chosen) => {
              write('');
              setBegun(chosen);
            }}
            send={() => void send()}
            cancel={noReply}
            editLast={editLast}
          />
          {left < 200 && (
            <span class={`left ${left < 0 ? 'over' : ''}`} role="status">
              {left}
            </span>
          )}
          <button
            type="button"
            class="icon-button"
            aria-label={texts.emoji}
            title={texts.emoji}
            onClick={(event) =>
              openOverlay({ kind: 'emoji', at: below(event.currentTarget), pick: (emoji) => write(`${text}${emoji}`) })
            }
          >
            <Icon name="smile" />
          </button>
          <button
            type="button"
            class="icon-button send"
            aria-label={texts.send}
            disabled={sending || (!text.trim() && files.length === 0)}
            onClick={() => void send()}
          >
            <Icon name="send" />
          </button>
        </div>
      )}
    </div>
  );
}
