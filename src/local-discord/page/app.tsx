/** The page's frame: rail, channels, the channel one is in, its members. */
import { useEffect, useState } from 'preact/hooks';
import { Channel } from './channel/channel.js';
import { Header } from './channel/header.js';
import { Members } from './channel/members.js';
import { composerId, focusComposer } from './composer/focus.js';
import { useActions, useLanguage, usePart, useTexts } from './context.js';
import { channelType } from './discord.js';
import { openOverlay, overlay } from './overlay.js';
import { Icon } from './parts/icon.js';
import { Overlays } from './shell/overlays.js';
import { Rail } from './shell/rail.js';
import { Sidebar } from './shell/sidebar.js';
import { channelHere, channelName, clean, guildHere } from './state/reading.js';
import { useSelected } from './state/store.js';

/** Wide enough for the members beside the messages. */
const roomForMembers = () => matchMedia('(min-width: 1000px)').matches;

export function Page() {
  const texts = useTexts();
  const language = useLanguage();
  const link = usePart((state) => state.link);
  const me = usePart((state) => state.me);
  const guild = usePart(guildHere);
  const channel = usePart(channelHere);
  const modal = usePart((state) => state.modal);
  const over = useSelected(overlay, (now) => now);
  const [members, setMembers] = useState(roomForMembers);
  const [drawer, setDrawer] = useState(false);

  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  useEffect(() => {
    const where = [channel && channelName(channel), guild && clean(guild.guild.name)].filter(Boolean).join(' | ');
    document.title = where ? `${where} — Local Discord` : 'Local Discord';
    // On a phone the keyboard would cover the messages one came to read.
    if (matchMedia('(hover: hover)').matches) focusComposer();
  }, [channel?.id, guild?.guild.name]);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openOverlay({ kind: 'switcher' });
      } else if (!modal && !over && !isTyping(event.target) && isWriting(event)) {
        // What is typed anywhere goes to the composer, `/` first of all.
        focusComposer();
      } else if (event.key === 'Escape' && drawer) setDrawer(false);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [modal, over, drawer]);

  if (!me) return <div class="splash">{link === 'lost' ? texts.link.lost : texts.loading}</div>;

  const inGuild = guild && channel && channel.type !== channelType.direct;
  return (
    <div class={`page ${drawer ? 'drawer-open' : ''}`}>
      <button
        type="button"
        class="skip"
        onClick={() => (document.getElementById(composerId) ?? document.getElementById('middle'))?.focus()}
      >
        {texts.skip}
      </button>
      <div class="drawer">
        <Rail />
        <Sidebar leave={() => setDrawer(false)} />
      </div>
      <button
        type="button"
        class="drawer-shade"
        aria-label={texts.close}
        tabIndex={drawer ? 0 : -1}
        onClick={() => setDrawer(false)}
      />
      <div class="main" inert={drawer}>
        <Header
          channel={channel}
          membersShown={members}
          toggleMembers={() => setMembers(!members)}
          openDrawer={() => setDrawer(true)}
        />
        {link === 'lost' && (
          <div class="lost" role="alert">
            {texts.link.again}
          </div>
        )}
        <div class="columns">
          <main class="middle" id="middle" tabIndex={-1}>
            {channel ? (
              <Channel channel={channel} />
            ) : (
              <p class="nothing">{guild ? texts.noChannel : texts.noDirect}</p>
            )}
          </main>
          {inGuild && members && <Members guild={guild} />}
        </div>
      </div>
      <Notice />
      <Overlays />
    </div>
  );
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable], dialog *');

const isWriting = (event: KeyboardEvent) =>
  !event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1 && event.key !== ' ';

/** A refusal, in a corner, until it is read. */
function Notice() {
  const texts = useTexts();
  const { notice } = useActions();
  const text = usePart((state) => state.notice);
  useEffect(() => {
    if (!text) return;
    const timer = setTimeout(() => notice(undefined), 8000);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="notice-place" role="alert">
      {text && (
        <div class="notice">
          <Icon name="alert" size={18} />
          <bdi>{text}</bdi>
          <button type="button" class="icon-button" aria-label={texts.close} onClick={() => notice(undefined)}>
            <Icon name="close" size={16} />
          </button>
        </div>
      )}
    </div>
  );
}
