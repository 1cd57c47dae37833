import { useLayoutEffect, useRef } from 'preact/hooks';
import { usePart, useTexts } from '../context.js';
import { commonEmoji } from '../markdown/emoji.js';
import { Menu } from '../menu/menu.js';
import { Modal } from '../modal/modal.js';
import { closeOverlay, overlay } from '../overlay.js';
import { Dialog } from '../parts/dialog.js';
import { Popover, type Spot } from '../parts/popover.js';
import { useSelected } from '../state/store.js';
import { Events } from './events.js';
import { Join } from './join.js';
import { People } from './me.js';
import { Profile } from './profile.js';
import { Switcher } from './switcher.js';
import { Threads } from './threads.js';

export function Overlays() {
  const modal = usePart((state) => state.modal);
  return (
    <>
      <Current />
      {modal && <Modal key={modal.view.id} view={modal.view} />}
    </>
  );
}

function Current() {
  const shown = useSelected(overlay, (now) => now);
  switch (shown?.kind) {
    case 'menu':
      return <Menu {...shown} />;
    case 'profile':
      return <Profile key={shown.user.id} {...shown} />;
    case 'emoji':
      return <EmojiPicker {...shown} />;
    case 'people':
      return <People at={shown.at} />;
    case 'threads':
      return <Threads {...shown} />;
    case 'picture':
      return (
        <Dialog label={shown.label} class="picture-box" close={closeOverlay}>
          <img src={shown.url} alt={shown.label} />
          <a href={shown.url} download="">
            <DownloadWord />
          </a>
        </Dialog>
      );
    case 'switcher':
      return <Switcher />;
    case 'events':
      return <Events />;
    case 'join':
      return <Join />;
    default:
      return null;
  }
}

const DownloadWord = () => <>{useTexts().download}</>;

/** Emoji in a grid of eight: arrows walk, Enter takes. */
function EmojiPicker({ at, pick }: { at: Spot; pick(emoji: string): void }) {
  const texts = useTexts();
  const grid = useRef<HTMLFieldSetElement>(null);
  useLayoutEffect(() => grid.current?.querySelector('button')?.focus(), []);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...(grid.current?.querySelectorAll('button') ?? [])];
    const focused = document.activeElement;
    const next = (focused instanceof HTMLButtonElement ? all.indexOf(focused) : 0) + step;
    all[Math.max(0, Math.min(all.length - 1, next))]?.focus();
  };
  return (
    <Popover at={at} class="emoji-box" close={closeOverlay}>
      <fieldset class="emoji-grid" aria-label={texts.emoji} ref={grid} onKeyDown={onKeyDown}>
        {commonEmoji.map((emoji) => (
          <button
            type="button"
            key={emoji}
            class="emoji"
            onClick={() => {
              closeOverlay();
              pick(emoji);
            }}
          >
            {emoji}
          </button>
        ))}
      </fieldset>
    </Popover>
  );
}
