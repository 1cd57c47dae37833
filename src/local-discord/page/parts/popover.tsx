import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

/** Where something opens, in the window's pixels. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

interface PopoverProps {
  readonly at: Spot;
  readonly class?: string;
  close(): void;
  readonly children: ComponentChildren;
}

/** A box beside the pointer, kept inside the window. A press elsewhere or Esc closes it and gives the focus back. */
export function Popover({ at, class: kind = '', close, children }: PopoverProps) {
  const box = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const { width, height } = element.getBoundingClientRect();
    element.style.setProperty('--x', `${Math.max(8, Math.min(at.x, innerWidth - width - 8))}px`);
    element.style.setProperty('--y', `${Math.max(8, Math.min(at.y, innerHeight - height - 8))}px`);
  });

  useEffect(() => {
    const before = document.activeElement;
    const outside = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) close();
    };
    const onEscape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      close();
    };
    document.addEventListener('pointerdown', outside, true);
    document.addEventListener('keydown', onEscape, true);
    return () => {
      document.removeEventListener('pointerdown', outside, true);
      document.removeEventListener('keydown', onEscape, true);
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    <div ref={box} class={`popover ${kind}`}>
      {children}
    </div>
  );
}

/** Below an element, as a menu of it. */
export const below = (element: Element): Spot => {
  const { left, bottom } = element.getBoundingClientRect();
  return { x: left, y: bottom + 4 };
};
