/** The second column: channels by category, or direct conversations; below them, who one is. */
import { useState } from 'preact/hooks';
import type { ChannelView, GuildView } from '../../page-api/protocol.js';
import { useActions, usePart, useTexts } from '../context.js';
import { isForum } from '../discord.js';
import { openOverlay } from '../overlay.js';
import { Avatar } from '../parts/avatar.js';
import { channelIcon } from '../parts/entities.js';
import { Icon } from '../parts/icon.js';
import { below } from '../parts/popover.js';
import { home } from '../state/model.js';
import { channelName, clean, guildHere, tree } from '../state/reading.js';
import { Me } from './me.js';

export function Sidebar({ leave }: { leave(): void }) {
  const guild = usePart(guildHere);
  const texts = useTexts();
  const actions = useActions();
  const me = usePart((state) => state.me?.id);
  const menuOf = ({ guild: { id } }: GuildView) => ({
    label: texts.serverMenu,
    items: [{ label: texts.leaveServer, icon: 'join' as const, danger: true, run: () => actions.leave(id) }],
  });
  return (
    <div class="sidebar">
      <div class="sidebar-head">
        <h2>
          <bdi>{guild ? clean(guild.guild.name) : texts.directMessages}</bdi>
        </h2>
        {guild && guild.guild.owner_id !== me && (
          <button
            type="button"
            class="icon-button"
            aria-label={texts.serverMenu}
            onClick={(event) => openOverlay({ kind: 'menu', at: below(event.currentTarget), ...menuOf(guild) })}
          >
            <Icon name="down" size={18} />
          </button>
        )}
      </div>
      {guild ? <Channels guild={guild} leave={leave} /> : <Conversations leave={leave} />}
      <Me />
    </div>
  );
}

function Channels({ guild, leave }: { guild: GuildView; leave(): void }) {
  const texts = useTexts();
  return (
    <nav class="channels" aria-label={texts.channels}>
      <button type="button" class="channel-row" onClick={() => openOverlay({ kind: 'events' })}>
        <Icon name="calendar" />
        <span class="channel-name">{texts.events.label}</span>
        {guild.events.length > 0 && <span class="pill">{guild.events.length}</span>}
      </button>
      <hr />
      {tree(guild).map(({ category, channels }) =>
        category ? (
          <Category key={category.id} category={category} channels={channels} leave={leave} />
        ) : (
          <ul key="none">
            {channels.map((one) => (
              <ChannelRows key={one.channel.id} {...one} leave={leave} />
            ))}
          </ul>
        ),
      )}
    </nav>
  );
}

type Rows = { readonly channel: ChannelView; readonly threads: readonly ChannelView[] };

function Category({ category, channels, leave }: { category: ChannelView; channels: readonly Rows[]; leave(): void }) {
  const [open, setOpen] = useState(true);
  const here = usePart((state) => state.place.channel);
  const unread = usePart((state) => state.unread);
  // A closed category still shows where one is, and what is new.
  const shown = open ? channels : channels.filter(({ channel: { id } }) => id === here || id in unread);
  return (
    <section class={`category ${open ? '' : 'closed'}`}>
      <h3>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name="down" size={12} />
          <bdi>{channelName(category)}</bdi>
        </button>
      </h3>
      <ul>
        {shown.map((one) => (
          <ChannelRows key={one.channel.id} {...one} leave={leave} />
        ))}
      </ul>
    </section>
  );
}

function ChannelRows({ channel, threads, leave }: Rows & { leave(): void }) {
  const here = usePart((state) => state.place.channel);
  const unread = usePart((state) => state.unread);
  // A forum's posts are in the forum; the sidebar shows the open one, and those with something new.
  const shown = isForum(channel.type) ? threads.filter(({ id }) => id === here || id in unread) : threads;
  return (
    <li>
      <ChannelRow channel={channel} leave={leave} />
      {shown.length > 0 && (
        <ul class="threads">
          {shown.map((thread) => (
            <li key={thread.id}>
              <ChannelRow channel={thread} leave={leave} />
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

function ChannelRow({ channel, leave }: { channel: ChannelView; leave(): void }) {
  const texts = useTexts();
  const { go } = useActions();
  const guild = usePart((state) => state.place.guild);
  const current = usePart((state) => state.place.channel === channel.id);
  const unread = usePart((state) => state.unread[channel.id]);
  const name = channelName(channel);
  return (
    <button
      type="button"
      class={`channel-row ${unread !== undefined ? 'unread' : ''}`}
      aria-current={current ? 'page' : undefined}
      aria-label={unread !== undefined ? `${name}, ${texts.unread(unread)}` : name}
      onClick={() => {
        go({ guild, channel: channel.id });
        leave();
      }}
    >
      <Icon name={channelIcon(channel.type)} />
      <bdi class="channel-name">{name}</bdi>
      {unread ? <span class="count">{unread}</span> : null}
    </button>
  );
}

function Conversations({ leave }: { leave(): void }) {
  const texts = useTexts();
  const { go } = useActions();
  const direct = usePart((state) => state.direct);
  const here = usePart((state) => state.place.channel);
  const unread = usePart((state) => state.unread);
  return (
    <nav class="channels" aria-label={texts.directMessages}>
      {direct.length === 0 && <p class="nothing">{texts.noDirect}</p>}
      <ul>
        {direct.map((channel) => {
          const other = 'recipients' in channel ? channel.recipients?.[0] : undefined;
          return (
            <li key={channel.id}>
              <button
                type="button"
                class={`channel-row conversation ${channel.id in unread ? 'unread' : ''}`}
                aria-current={here === channel.id ? 'page' : undefined}
                onClick={() => {
                  go({ guild: home, channel: channel.id });
                  leave();
                }}
              >
                {other && <Avatar user={other} size={32} />}
                <bdi class="channel-name">{channelName(channel)}</bdi>
                {unread[channel.id] ? <span class="count">{unread[channel.id]}</span> : null}
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
