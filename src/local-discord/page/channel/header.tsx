import type { ChannelView } from '../../page-api/protocol.js';
import { useActions, usePart, useTexts } from '../context.js';
import { channelType, isForum, isThread } from '../discord.js';
import { Line } from '../markdown/view.js';
import { openOverlay } from '../overlay.js';
import { channelIcon } from '../parts/entities.js';
import { Icon } from '../parts/icon.js';
import { below } from '../parts/popover.js';
import { channelById, channelName } from '../state/reading.js';

interface HeaderProps {
  readonly channel: ChannelView | undefined;
  readonly membersShown: boolean;
  toggleMembers(): void;
  openDrawer(): void;
}

export function Header({ channel, membersShown, toggleMembers, openDrawer }: HeaderProps) {
  const texts = useTexts();
  const { go } = useActions();
  const guild = usePart((state) => state.place.guild);
  const parent = usePart((state) =>
    channel && isThread(channel.type) && 'parent_id' in channel
      ? channelById(state, channel.parent_id ?? undefined)
      : undefined,
  );
  const topic = channel && 'topic' in channel ? channel.topic : undefined;
  const inGuild = channel !== undefined && channel.type !== channelType.direct;
  return (
    <header class="channel-head">
      <button type="button" class="icon-button only-narrow" aria-label={texts.openChannels} onClick={openDrawer}>
        <Icon name="menu" />
      </button>
      {parent && (
        <>
          <button type="button" class="parent" onClick={() => go({ guild, channel: parent.id })}>
            <Icon name={channelIcon(parent.type)} size={20} />
            <bdi>{channelName(parent)}</bdi>
          </button>
          <Icon name="right" size={16} />
        </>
      )}
      {channel && (
        <h1>
          {!parent && <Icon name={channelIcon(channel.type)} size={22} />}
          <bdi>{channelName(channel)}</bdi>
        </h1>
      )}
      {topic && (
        <p class="topic" title={topic}>
          <Line text={topic} />
        </p>
      )}
      <span class="grow" />
      {inGuild && !isThread(channel.type) && !isForum(channel.type) && (
        <button
          type="button"
          class="icon-button"
          aria-label={texts.threads}
          title={texts.threads}
          onClick={(event) => openOverlay({ kind: 'threads', at: below(event.currentTarget), channel: channel.id })}
        >
          <Icon name="thread" />
        </button>
      )}
      {inGuild && (
        <button
          type="button"
          class="icon-button"
          aria-label={texts.membersList}
          title={texts.membersList}
          aria-pressed={membersShown}
          onClick={toggleMembers}
        >
          <Icon name="members" />
        </button>
      )}
      <button
        type="button"
        class="find"
        aria-keyshortcuts="Control+K Meta+K"
        title={texts.switcher.label}
        onClick={() => openOverlay({ kind: 'switcher' })}
      >
        <span>{texts.search}</span>
        <kbd>Ctrl K</kbd>
        <Icon name="search" size={16} />
      </button>
    </header>
  );
}
