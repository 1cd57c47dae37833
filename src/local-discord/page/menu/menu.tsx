import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { closeOverlay, type MenuItem } from '../overlay.js';
import { Avatar } from '../parts/avatar.js';
import { Icon } from '../parts/icon.js';
import { Popover, type Spot } from '../parts/popover.js';

/** A context menu: arrows walk, Right opens what is inside, Left goes back, Enter runs. */
export function Menu({ at, label, items }: { at: Spot; label: string; items: readonly MenuItem[] }) {
  return (
    <Popover at={at} class="menu-box" close={closeOverlay}>
      <Items label={label} items={items} />
    </Popover>
  );
}

function Items({ label, items, leave }: { label: string; items: readonly MenuItem[]; leave?: () => void }) {
  const list = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<number>();

  const buttons = () =>
    [...(list.current?.children ?? [])].flatMap((row) => {
      const button = row.querySelector(':scope > [role=menuitem]');
      return button instanceof HTMLElement ? [button] : [];
    });
  useLayoutEffect(() => buttons()[0]?.focus(), []);

  const onKeyDown = (event: KeyboardEvent) => {
    const all = buttons();
    const focused = document.activeElement;
    const at = focused instanceof HTMLElement ? all.indexOf(focused) : -1;
    if (at < 0) return;
    const item = items[at];
    if (event.key === 'ArrowDown') all[(at + 1) % all.length]?.focus();
    else if (event.key === 'ArrowUp') all[(at + all.length - 1) % all.length]?.focus();
    else if (event.key === 'Home') all[0]?.focus();
    else if (event.key === 'End') all.at(-1)?.focus();
    else if (event.key === 'ArrowRight' && item?.items) setOpen(at);
    else if (event.key === 'ArrowLeft' && leave) leave();
    else if (event.key === 'Tab') closeOverlay();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const choose = (item: MenuItem, index: number) => {
    if (item.items) return setOpen(index);
    closeOverlay();
    item.run?.();
  };

  return (
    <div class="menu" role="menu" aria-label={label} ref={list} tabIndex={-1} onKeyDown={onKeyDown}>
      {items.map((item, index) => (
        <div
          class="menu-row"
          role="none"
          key={item.label}
          onPointerEnter={(event) => event.pointerType === 'mouse' && setOpen(item.items ? index : undefined)}
        >
          <button
            type="button"
            role="menuitem"
            tabIndex={-1}
            class={item.danger ? 'danger' : ''}
            aria-haspopup={item.items ? 'menu' : undefined}
            aria-expanded={item.items ? open === index : undefined}
            onClick={() => choose(item, index)}
          >
            {item.by && <Avatar user={item.by} size={18} />}
            <bdi>{item.label}</bdi>
            {item.items ? <Icon name="right" size={16} /> : item.icon && <Icon name={item.icon} size={16} />}
          </button>
          {item.items && open === index && (
            <div class="submenu">
              <Items
                label={item.label}
                items={item.items}
                leave={() => {
                  setOpen(undefined);
                  buttons()[index]?.focus();
                }}
              />
            </div>
          )}
        </div>
      ))}
    </div>
  );
}
