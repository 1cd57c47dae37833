/** A forum: its posts with their tags, newest talk first, and a new post. */
import type { APIGuildForumChannel, APIGuildForumTag, APIThreadChannel } from 'discord-api-types/v10';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ChannelView } from '../../page-api/protocol.js';
import { useActions, usePart, useTexts } from '../context.js';
import { channelFlag, timeOf } from '../discord.js';
import { Moment } from '../markdown/view.js';
import { EmojiView } from '../parts/choice.js';
import { Icon } from '../parts/icon.js';
import { clean, guildHere, maySpeak, nameOf } from '../state/reading.js';
import { NewPost } from './new-post.js';

export const tagsOf = (forum: ChannelView): readonly APIGuildForumTag[] =>
  'available_tags' in forum ? (forum as APIGuildForumChannel).available_tags : [];

const latest = ({ id, last_message_id: last }: APIThreadChannel) =>
  timeOf(last && last.length >= id.length ? last : id);
const isPinned = ({ flags }: APIThreadChannel) => ((flags ?? 0) & channelFlag.pinned) !== 0;

export function Forum({ forum }: { forum: ChannelView }) {
  const texts = useTexts();
  const { attempt } = useActions();
  const link = usePart((state) => state.link);
  const guild = usePart(guildHere);
  const [posts, setPosts] = useState<readonly APIThreadChannel[]>();
  const [typed, setTyped] = useState('');
  const [wanted, setWanted] = useState<readonly string[]>([]);
  const [writing, setWriting] = useState(false);
  const tags = tagsOf(forum);

  // A thread that opens, closes or is tagged changes the guild's view, and a reply what is unread: the list is read again.
  const unread = usePart((state) => state.unread);
  useEffect(() => {
    if (link === 'open') void attempt('threads', { channel: forum.id }).then((found) => found && setPosts(found));
  }, [forum.id, guild, link, unread]);

  const shown = useMemo(
    () =>
      (posts ?? [])
        .filter(({ name, applied_tags = [] }) => {
          const tagged = wanted.length === 0 || wanted.some((tag) => applied_tags.includes(tag));
          return tagged && name.toLowerCase().includes(typed.trim().toLowerCase());
        })
        .sort((a, b) => Number(isPinned(b)) - Number(isPinned(a)) || latest(b) - latest(a)),
    [posts, typed, wanted],
  );
  const active = shown.filter((post) => !post.thread_metadata?.archived);
  const older = shown.filter((post) => post.thread_metadata?.archived);

  return (
    <div class="forum">
      <div class="forum-bar">
        <Icon name="search" size={18} />
        <input
          type="search"
          value={typed}
          placeholder={texts.forum.find}
          aria-label={texts.forum.find}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        {maySpeak(forum) && (
          <button type="button" class="button primary" onClick={() => setWriting(true)}>
            <Icon name="plus" size={16} /> {texts.forum.newPost}
          </button>
        )}
      </div>
      {writing && <NewPost forum={forum} tags={tags} close={() => setWriting(false)} />}
      {tags.length > 0 && (
        <fieldset class="forum-tags" aria-label={texts.forum.tags}>
          {tags.map((tag) => (
            <button
              type="button"
              class="tag"
              key={tag.id}
              aria-pressed={wanted.includes(tag.id)}
              onClick={() =>
                setWanted(wanted.includes(tag.id) ? wanted.filter((id) => id !== tag.id) : [...wanted, tag.id])
              }
            >
              <TagWords tag={tag} />
            </button>
          ))}
        </fieldset>
      )}
      <ul class="posts" aria-busy={posts === undefined}>
        {active.map((post) => (
          <PostRow key={post.id} post={post} tags={tags} />
        ))}
        {posts && shown.length === 0 && (
          <li class="nothing">{posts.length === 0 ? texts.forum.empty : texts.nothingFound}</li>
        )}
        {older.length > 0 && <li class="older">{texts.forum.older}</li>}
        {older.map((post) => (
          <PostRow key={post.id} post={post} tags={tags} />
        ))}
      </ul>
    </div>
  );
}

export function TagWords({ tag }: { tag: APIGuildForumTag }) {
  return (
    <>
      {tag.emoji_name && <EmojiView emoji={{ id: tag.emoji_id, name: tag.emoji_name }} />}
      <bdi>{clean(tag.name)}</bdi>
    </>
  );
}

function PostRow({ post, tags }: { post: APIThreadChannel; tags: readonly APIGuildForumTag[] }) {
  const texts = useTexts();
  const { go } = useActions();
  const guild = usePart(guildHere);
  const members = usePart((state) => state.members);
  const unread = usePart((state) => post.id in state.unread);
  const author = guild && members[guild.guild.id]?.[post.owner_id ?? '']?.user;
  const look = usePart((state) =>
    author ? nameOf(author, guild && state.members[guild.guild.id]?.[author.id]) : undefined,
  );
  const applied = tags.filter(({ id }) => post.applied_tags?.includes(id));
  const count = post.message_count ?? 0;
  return (
    <li>
      <button
        type="button"
        class={`post ${unread ? 'unread' : ''}`}
        onClick={() => guild && go({ guild: guild.guild.id, channel: post.id })}
      >
        <span class="post-tags">
          {isPinned(post) && <Icon name="pin" size={14} />}
          {applied.map((tag) => (
            <span class="tag" key={tag.id}>
              <TagWords tag={tag} />
            </span>
          ))}
        </span>
        <bdi class="post-title">{clean(post.name)}</bdi>
        <span class="post-foot">
          {look && <bdi class="author small">{look}</bdi>}
          <span class="muted">
            <Icon name="forum" size={14} /> {texts.messageCount(count)} · <Moment at={latest(post)} style="R" />
            {post.thread_metadata?.locked && <Icon name="lock" size={14} />}
          </span>
        </span>
      </button>
    </li>
  );
}
