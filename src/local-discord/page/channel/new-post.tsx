import type { APIGuildForumTag } from 'discord-api-types/v10';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ChannelView } from '../../page-api/protocol.js';
import { Attached } from '../composer/attached.js';
import { useActions, useTexts } from '../context.js';
import { channelFlag } from '../discord.js';
import { TagWords } from './forum.js';

/** Discord allows five tags on a post. */
const maxTags = 5;

export function NewPost({
  forum,
  tags,
  close,
}: {
  forum: ChannelView;
  tags: readonly APIGuildForumTag[];
  close(): void;
}) {
  const texts = useTexts();
  const actions = useActions();
  const [title, setTitle] = useState('');
  const [content, setContent] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [files, setFiles] = useState<readonly File[]>([]);
  const [busy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => first.current?.focus(), []);

  const tagWanted = ((forum.flags ?? 0) & channelFlag.requireTag) !== 0;
  const ready = title.trim() !== '' && (content.trim() !== '' || files.length > 0) && (!tagWanted || chosen.length > 0);

  const submit = async () => {
    if (!ready || busy) return;
    setBusy(true);
    const done = await actions.post(forum.id, title.trim(), chosen, { content: content.trim(), files });
    setBusy(false);
    if (done) close();
  };

  return (
    <form
      class="new-post"
      aria-label={texts.forum.newPost}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
        else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void submit();
      }}
    >
      <input
        ref={first}
        class="new-post-title"
        value={title}
        maxLength={100}
        placeholder={texts.forum.title}
        aria-label={texts.forum.title}
        onInput={(event) => setTitle(event.currentTarget.value)}
      />
      <textarea
        value={content}
        rows={5}
        maxLength={2000}
        placeholder={texts.forum.content}
        aria-label={texts.forum.content}
        onInput={(event) => setContent(event.currentTarget.value)}
      />
      <Attached files={files} change={setFiles} />
      {tags.length > 0 && (
        <fieldset class="forum-tags" aria-label={texts.forum.tags}>
          {tags.map((tag) => {
            const on = chosen.includes(tag.id);
            return (
              <button
                type="button"
                class="tag"
                key={tag.id}
                aria-pressed={on}
                disabled={!on && chosen.length >= maxTags}
                onClick={() => setChosen(on ? chosen.filter((id) => id !== tag.id) : [...chosen, tag.id])}
              >
                <TagWords tag={tag} />
              </button>
            );
          })}
        </fieldset>
      )}
      <div class="form-end">
        <button type="button" class="link-button" onClick={close}>
          {texts.cancel}
        </button>
        <button type="submit" class="button primary" disabled={!ready || busy}>
          {texts.forum.post}
        </button>
      </div>
    </form>
  );
}
